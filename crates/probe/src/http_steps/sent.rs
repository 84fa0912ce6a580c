//! What steps send, apart from the rest of what is written of their probe.

use serde_json::{Map, Value};

use super::KIND;
use crate::filled;

/// The lists of steps.
const LISTS: [&str; 2] = ["steps", "cleanup"];

/// Whether a field of a step is about its own answer: nothing of it is sent.
pub(super) fn is_of_the_answer(field: &str) -> bool {
    matches!(field, "assert" | "extract")
}

/// What each step sends. Its references are filled in by the steps themselves, in one go with what they find: a secret that was put in
/// before would be looked at again.
pub(crate) struct Sent(Vec<Map<String, Value>>);

impl Sent {
    /// Takes it out of the options of a probe; nothing, where that is of another kind.
    pub(crate) fn take(kind: &str, options: &mut Map<String, Value>) -> Self {
        if kind != KIND.name {
            return Self(Vec::new());
        }
        let each = steps(options).map(|step| {
            let fields = std::mem::take(step).into_iter();
            let (answer, sent): (Map<String, Value>, Map<String, Value>) =
                fields.partition(|(field, _)| is_of_the_answer(field));
            *step = answer;
            sent
        });
        Self(each.collect())
    }

    /// Every text in it.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(Map::values).flat_map(filled::texts_of)
    }

    /// Puts it back where it was.
    pub(crate) fn put_back(self, options: &mut Map<String, Value>) {
        for (step, sent) in steps(options).zip(self.0) {
            step.extend(sent);
        }
    }
}

fn steps(options: &mut Map<String, Value>) -> impl Iterator<Item = &mut Map<String, Value>> {
    let lists = options.iter_mut().filter(|(name, _)| LISTS.contains(&name.as_str()));
    lists.filter_map(|(_, list)| list.as_array_mut()).flatten().filter_map(Value::as_object_mut)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Sent;

    #[test]
    fn what_is_taken_out_is_put_back_where_it_was() {
        let options = json!({
            "steps": [{"name": "a", "url": "http://a/", "assert": ["x"], "extract": []}, {"name": "b", "body": "y"}],
            "cleanup": [{"name": "c", "headers": {"z": "1"}}], "proxy": "http://p/",
        });
        let mut rest = options.as_object().expect("a map").clone();
        let sent = Sent::take("http_steps", &mut rest);
        let mut texts: Vec<&str> = sent.texts().collect();
        texts.sort_unstable();
        assert_eq!(texts, ["1", "a", "b", "c", "http://a/", "y"]);
        assert_eq!(json!(rest)["proxy"], "http://p/");
        assert_eq!(json!(rest)["steps"], json!([{"assert": ["x"], "extract": []}, {}]));
        sent.put_back(&mut rest);
        assert_eq!(json!(rest), options);

        // Of another kind it stays where it is.
        let sent = Sent::take("http", &mut rest);
        assert_eq!((sent.texts().count(), json!(rest)), (0, options));
    }
}
