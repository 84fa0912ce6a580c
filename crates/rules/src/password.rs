//! Whether a password may be chosen: long enough, and nothing that one would try first (NIST SP 800-63B, 5.1.1.2). There are
//! no rules about kinds of signs, which make passwords worse.

const LEAST_CHARACTERS: usize = 12;
/// Hashing is made to be slow, and must not be made slower by who sends a book.
const MOST_BYTES: usize = 128;
/// A piece of at most so many characters, again and again, is no password.
const REPEATED: usize = 4;

const INSTEAD: &str = "use something that nobody would try, such as four words that do not belong together";

/// Says what is wrong with a password and what to do. The password itself is not in what it says.
pub fn check(password: &str, email: &str, name: &str) -> Result<(), String> {
    let characters = password.chars().count();
    if characters < LEAST_CHARACTERS {
        return Err(format!("{characters} characters: use at least {LEAST_CHARACTERS}"));
    }
    if password.len() > MOST_BYTES {
        return Err(format!("{} bytes: use at most {MOST_BYTES}", password.len()));
    }
    if piece(&password.to_lowercase()).chars().count() <= REPEATED {
        return Err(format!("a few characters again and again: {INSTEAD}"));
    }
    let stem = stem_of(password);
    let before_at = email.split('@').next().unwrap_or_default();
    for (own, what) in [(email, "your email"), (before_at, "your email"), (name, "your name")] {
        let own = stem_of(own);
        if !own.is_empty() && own == stem {
            return Err(format!("{what} with little added: {INSTEAD}"));
        }
    }
    let once = stem_of(&piece(&stem));
    if [stem, once].iter().any(|stem| COMMON.contains(&stem.as_str())) {
        return Err(format!("one of the commonest passwords: {INSTEAD}"));
    }
    Ok(())
}

/// What is left of a text in lower case without blanks, and without digits and other signs around it: "password" of
/// "Password 2026!". Where that leaves nothing, the digits stay.
fn stem_of(text: &str) -> String {
    let lower: String = text.chars().filter(|sign| !sign.is_whitespace()).flat_map(char::to_lowercase).collect();
    let inner = lower.trim_matches(|sign: char| !sign.is_alphanumeric());
    let letters = inner.trim_matches(|sign: char| !sign.is_alphabetic());
    let stem = if letters.is_empty() { inner } else { letters };
    stem.to_owned()
}

/// The shortest piece that makes the whole when it is repeated, the last time perhaps in part: "1234567890" of "123456789012".
fn piece(text: &str) -> String {
    let signs: Vec<char> = text.chars().collect();
    let repeats = |length: &usize| signs.iter().zip(&signs[*length..]).all(|(sign, next)| sign == next);
    let length = (1..=signs.len()).find(repeats).unwrap_or_default();
    signs[..length].iter().collect()
}

/// The stems of what lists of leaked passwords begin with, seasons, and words that lie near here. Sorted.
const COMMON: &[&str] = &[
    "0123456789",
    "0987654321",
    "111222333444",
    "112233445566",
    "1234567890",
    "9876543210",
    "987654321098",
    "abcdefgh",
    "abcdefghij",
    "abcdefghijkl",
    "abcdefghijklmnopqrstuvwxyz",
    "admin",
    "administrator",
    "asdfgh",
    "asdfghjkl",
    "asdfghjklqwertyuiop",
    "autumn",
    "baseball",
    "basketball",
    "bridgewatch",
    "changeit",
    "changeme",
    "charlie",
    "computer",
    "correcthorsebatterystaple",
    "default",
    "dragon",
    "football",
    "iloveyou",
    "integration",
    "internet",
    "kennwort",
    "letmein",
    "liverpool",
    "master",
    "michael",
    "michelle",
    "monitoring",
    "p4ssw0rd",
    "p@ssw0rd",
    "p@ssword",
    "passphrase",
    "passw0rd",
    "password",
    "passwort",
    "princess",
    "q2w3e4r5t",
    "q2w3e4r5t6y",
    "qaz2wsx3edc",
    "qazwsxedc",
    "qazwsxedcrfv",
    "qwerty",
    "qwertyuiop",
    "qwertyuiopasdfghjkl",
    "qwertz",
    "qwertzuiop",
    "samsung",
    "secret",
    "spring",
    "starwars",
    "summer",
    "sunshine",
    "superman",
    "superuser",
    "supervisor",
    "topsecret",
    "trustno",
    "welcome",
    "whatever",
    "winter",
    "zxcvbn",
    "zxcvbnm",
];

#[cfg(test)]
mod tests;
