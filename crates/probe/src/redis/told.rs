//! What INFO tells.

use std::collections::BTreeMap;

use rules::assess::Fact;

/// Lines that are looked at; Redis 7 tells of some 200, and of one more for each database and command.
const MOST: usize = 1_000;

/// Names with a value each: numbers where the whole value is one, else texts.
pub(super) fn info(text: &str) -> BTreeMap<String, Fact> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.filter_map(|line| line.split_once(':'));
    pairs.take(MOST).map(|(name, value)| (name.to_owned(), fact(value))).collect()
}

fn fact(value: &str) -> Fact {
    if let Ok(number) = value.parse::<i64>() {
        return Fact::Int(number);
    }
    // `nan`, `inf` and the like stay texts.
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    match value.parse::<f64>() {
        Ok(number) if is_number => Fact::Double(number),
        _ => Fact::Text(value.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use rules::assess::Fact;

    use super::info;

    #[test]
    fn numbers_are_numbers_and_the_rest_is_text() {
        let told =
            info("# Server\r\nredis_version:7.0.15\r\nuptime_in_seconds:12\r\nload:0.50\r\nx:inf\r\nnone\r\n\r\n");
        assert_eq!(told["redis_version"], Fact::from("7.0.15"));
        assert_eq!(told["uptime_in_seconds"], Fact::Int(12));
        assert_eq!(told["load"], Fact::Double(0.5));
        assert_eq!(told["x"], Fact::from("inf"));
        assert_eq!(told.len(), 4);
    }
}
