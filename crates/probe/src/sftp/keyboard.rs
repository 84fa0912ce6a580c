//! Signing in by keyboard-interactive (RFC 4256), as far as the server asks for nothing but the password: many take one in no other
//! way.

use model::Reason;
use rules::assess::Trouble;
use russh::{
    MethodKind,
    client::{AuthResult, Handle, Handler, KeyboardInteractiveAuthResponse as Said, Prompt},
};

use super::session::broken;

/// Questions that are answered at most. One is for the password; others may hold a word of greeting and ask for nothing.
const MOST_QUESTIONS: usize = 8;

/// Characters of what a server asks for that are told at most. What is longer is not told at all: cut, it might end within a secret.
const LONGEST_PROMPT: usize = 100;

/// Whether a password was not taken since the server takes none that way, and it may be given to it in this one.
pub(super) fn is_left(answer: &AuthResult) -> bool {
    let AuthResult::Failure { remaining_methods, partial_success: false } = answer else { return false };
    remaining_methods.contains(&MethodKind::KeyboardInteractive) && !remaining_methods.contains(&MethodKind::Password)
}

/// Answers what the server asks `user`, until it has decided.
pub(super) async fn sign_in<H: Handler>(
    handle: &mut Handle<H>,
    user: &str,
    password: &str,
    peer: &str,
) -> Result<AuthResult, Trouble> {
    let begun = handle.authenticate_keyboard_interactive_start(user, None::<String>).await;
    let mut said = begun.map_err(|error| broken(peer, &error))?;
    let (mut password, mut asked) = (Some(password), 0);
    loop {
        let prompts = match said {
            Said::Success => return Ok(AuthResult::Success),
            Said::Failure { remaining_methods, partial_success } => {
                return Ok(AuthResult::Failure { remaining_methods, partial_success });
            }
            Said::InfoRequest { .. } if asked == MOST_QUESTIONS => {
                let message = format!("{peer} asks {user} more than {MOST_QUESTIONS} times before it lets anybody in");
                return Err(Trouble::new(Reason::Auth, message));
            }
            Said::InfoRequest { prompts, .. } => prompts,
        };
        asked += 1;
        let answers = answers(&prompts, &mut password);
        let answers = answers.map_err(|why| Trouble::new(Reason::Auth, format!("{peer} asks {user} for {why}")))?;
        let answered = handle.authenticate_keyboard_interactive_respond(answers).await;
        said = answered.map_err(|error| broken(peer, &error))?;
    }
}

/// The answers to one question; the password is taken when it is given. Else what is asked for beyond it.
fn answers(prompts: &[Prompt], password: &mut Option<&str>) -> Result<Vec<String>, String> {
    let prompt = match prompts {
        [] => return Ok(Vec::new()),
        [prompt] => prompt,
        several => return Err(format!("{} things at once, where a password alone is given", several.len())),
    };
    if prompt.echo {
        return Err(format!("something that is shown while it is typed, which no password is{}", quoted(prompt)));
    }
    match password.take() {
        Some(password) => Ok(vec![password.to_owned()]),
        None => Err(format!("more after the password{}", quoted(prompt))),
    }
}

/// What is asked for, behind a colon.
fn quoted(prompt: &Prompt) -> String {
    let words = prompt.prompt.trim();
    let is_short = !words.is_empty() && words.chars().count() <= LONGEST_PROMPT && !words.contains(char::is_control);
    if is_short { format!(": `{words}`") } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::{AuthResult, MethodKind, Prompt, answers, is_left};

    fn prompt(words: &str, echo: bool) -> Prompt {
        Prompt { prompt: words.to_owned(), echo }
    }

    #[test]
    fn the_password_answers_one_hidden_prompt_and_no_second() {
        let mut password = Some("four words");
        assert_eq!(answers(&[], &mut password), Ok(Vec::new()), "a greeting asks for nothing");
        assert_eq!(answers(&[prompt("Password: ", false)], &mut password), Ok(vec!["four words".to_owned()]));
        assert_eq!(answers(&[], &mut password), Ok(Vec::new()));
        let again = answers(&[prompt("Code: ", false)], &mut password);
        assert_eq!(again, Err("more after the password: `Code:`".to_owned()));
    }

    #[test]
    fn what_is_no_password_alone_is_not_answered() {
        for (prompts, words) in [
            (vec![prompt("User: ", true)], "something that is shown while it is typed, which no password is: `User:`"),
            (vec![prompt(&"x".repeat(101), true)], "something that is shown while it is typed, which no password is"),
            (
                vec![prompt("Password: ", false), prompt("Code: ", false)],
                "2 things at once, where a password alone is given",
            ),
        ] {
            let mut password = Some("four words");
            assert_eq!(answers(&prompts, &mut password), Err(words.to_owned()));
            assert_eq!(password, Some("four words"), "it was not given");
        }
    }

    #[test]
    fn it_is_a_way_where_a_password_is_none() {
        let refused = |methods: &[MethodKind], partial_success: bool| AuthResult::Failure {
            remaining_methods: methods.into(),
            partial_success,
        };
        assert!(is_left(&refused(&[MethodKind::PublicKey, MethodKind::KeyboardInteractive], false)));
        // The password was wrong, and is not tried twice.
        assert!(!is_left(&refused(&[MethodKind::Password, MethodKind::KeyboardInteractive], false)));
        // It was right, and more is wanted.
        assert!(!is_left(&refused(&[MethodKind::KeyboardInteractive], true)));
        assert!(!is_left(&refused(&[MethodKind::PublicKey], false)));
        assert!(!is_left(&AuthResult::Success));
    }
}
