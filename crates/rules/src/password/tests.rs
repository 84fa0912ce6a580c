use proptest::prelude::*;

use super::{COMMON, check, piece, stem_of};

const EMAIL: &str = "ada.lovelace@example.com";
const NAME: &str = "Ada King-Noel";

#[test]
fn what_nobody_would_try_may_be_chosen() {
    let long = "ü".repeat(10) + &"abcdefgh".repeat(13) + "1234";
    assert_eq!(long.len(), 128);
    let right = [
        "tidal velvet ox",
        "twelve signs",
        "Zm4#xq!0vRt2",
        "пароль из леса",
        "my password is a goat",
        "ada.lovelace likes tea",
        "48151623420815",
        "!?&%$§/()=#~",
        long.as_str(),
    ];
    for password in right {
        assert_eq!(check(password, EMAIL, NAME), Ok(()), "{password}");
    }
}

#[test]
fn what_would_be_tried_first_is_refused_with_what_to_do() {
    let (short, common, repeated) = ("use at least 12", "one of the commonest", "again and again");
    let (email, name) = ("your email with little added", "your name with little added");
    let long = "zyx1".repeat(32) + "!";
    let table = [
        ("", short),
        ("Zm4#xq!0vRt", short),
        ("ääääääääää!", short),
        (long.as_str(), "129 bytes: use at most 128"),
        ("aaaaaaaaaaaa", repeated),
        ("aAaAaAaAaAaA", repeated),
        ("1231231231231", repeated),
        ("            ", repeated),
        ("123456789012", common),
        ("012345678901", common),
        ("1234567890123456", common),
        ("Password1234", common),
        ("password password", common),
        ("Password123Password123", common),
        ("!!P@ssw0rd2026!!", common),
        ("1q2w3e4r5t6y", common),
        ("qwertyuiop[]", common),
        ("Summer2026!!!", common),
        ("Administrator", common),
        ("bridgewatch1", common),
        (EMAIL, email),
        ("ADA.Lovelace@Example.com", email),
        ("ada.lovelace2026", email),
        ("Ada King-Noel", name),
        ("adaking-noel1815!", name),
    ];
    for (password, says) in table {
        let message = check(password, EMAIL, NAME).expect_err(password);
        assert!(message.contains(says), "{password}: {message}");
        assert!(message.contains("use "), "{message}");
    }
}

#[test]
fn nothing_is_compared_with_a_name_that_is_not_there() {
    assert_eq!(check("!?&%$§/()=#~", "", ""), Ok(()));
    assert_eq!(check("48151623420815", "@", " "), Ok(()));
}

#[test]
fn the_list_holds_stems_and_each_of_them_is_found() {
    for common in COMMON {
        assert_eq!(stem_of(common), *common, "as it is looked up");
        let padded = format!("{common}{}", "!".repeat(12));
        assert!(check(&padded, EMAIL, NAME).is_err(), "{padded}");
    }
}

proptest! {
    #[test]
    fn any_text_is_answered_and_never_repeated(password in ".{0,150}", email in ".{0,20}", name in ".{0,20}") {
        let wrong = password.chars().count() < 12 || password.len() > 128;
        match check(&password, &email, &name) {
            Ok(()) => prop_assert!(!wrong),
            Err(message) => prop_assert!(password.chars().count() < 12 || !message.contains(&password)),
        }
    }

    #[test]
    fn a_piece_repeated_makes_the_whole_and_none_shorter_does(start in "[abc]{1,6}", times in 1_usize..5, cut in 0_usize..6) {
        let mut whole = start.repeat(times);
        whole.truncate(whole.len().saturating_sub(cut).max(1));
        let piece = piece(&whole);
        prop_assert!(piece.repeat(whole.len()).starts_with(&whole));
        prop_assert!(piece.len() <= start.len());
        prop_assert!((1..piece.len()).all(|length| !whole[..length].repeat(whole.len()).starts_with(&whole)));
    }

    #[test]
    fn whoever_adds_digits_to_their_own_name_is_told(name in "[a-z]{5,20}", digits in "[0-9]{8,20}") {
        let (behind, before) = (format!("{name}{digits}"), format!("{digits}{}", name.to_uppercase()));
        let email = format!("{name}@example.com");
        prop_assert!(check(&behind, "x@example.com", &name).is_err());
        prop_assert!(check(&before, &email, "x").is_err());
    }
}
