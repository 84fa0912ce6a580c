//! The fields of forms about people: read one by one, so that every wrong one is named at once.

use model::{Fault, Problem, Role, Scope, Timestamp};
use serde_json::{Map, Value};

/// Characters of a name at most, of a person or of a token.
pub(super) const LONGEST_NAME: usize = 100;
/// Characters of an address at most (RFC 5321, 4.5.3.1).
const LONGEST_EMAIL: usize = 254;

/// What was sent, and what is wrong with it.
pub(super) struct Fields<'v> {
    sent: &'v Map<String, Value>,
    faults: Vec<Fault>,
}

impl<'v> Fields<'v> {
    /// Of an object that has no others than these.
    pub fn of(body: &'v Value, known: &[&str]) -> Result<Self, Problem> {
        let Some(sent) = body.as_object() else {
            return Err(Problem::invalid(vec![Fault::at("", "is no object").allowed(known.join(", "))]));
        };
        let unknown = sent.keys().filter(|name| !known.contains(&name.as_str()));
        let faults = unknown.map(|name| Fault::at(name, "is not known here").allowed(known.join(", "))).collect();
        Ok(Self { sent, faults })
    }

    /// Something is wrong with a field.
    pub fn wrong(&mut self, field: &str, message: impl Into<String>, allowed: &str) {
        self.faults.push(Fault::at(field, message).allowed(allowed));
    }

    /// What was sent, unless something was wrong.
    pub fn checked<T>(self, made: Option<T>) -> Result<T, Problem> {
        match made {
            Some(made) if self.faults.is_empty() => Ok(made),
            _ => Err(Problem::invalid(self.faults)),
        }
    }

    /// A field as it is; `null` is as absent.
    pub fn value(&self, field: &str) -> Option<&'v Value> {
        self.sent.get(field).filter(|value| !value.is_null())
    }

    /// A text without the blanks around it; `None`, too, for one that is empty.
    pub fn text(&mut self, field: &str) -> Option<&'v str> {
        let value = self.value(field)?;
        let Some(text) = value.as_str() else {
            self.wrong(field, "is no text", "a text");
            return None;
        };
        Some(text.trim()).filter(|text| !text.is_empty())
    }

    /// A name, if one was sent.
    pub fn name(&mut self) -> Option<String> {
        let name = self.text("name")?;
        if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            self.wrong("name", "is too long, or no single line", "1 to 100 characters on one line");
            return None;
        }
        Some(name.to_owned())
    }

    /// An email address in lower case, if one was sent.
    pub fn email(&mut self) -> Option<String> {
        let email = self.text("email")?.to_lowercase();
        let parts = email.rsplit_once('@');
        let right = parts.is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
            && email.chars().count() <= LONGEST_EMAIL
            && !email.chars().any(|sign| sign.is_whitespace() || sign.is_control());
        if !right {
            self.wrong("email", "is no email address", "one such as ada@example.com");
            return None;
        }
        Some(email)
    }

    /// A role, if one was sent.
    pub fn role(&mut self) -> Option<Role> {
        match self.text("role")?.parse::<Role>() {
            Ok(role) => Some(role),
            Err(wrong) => {
                self.wrong("role", wrong, &Role::ALL.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", "));
                None
            }
        }
    }

    /// A scope, if one was sent.
    pub fn scope(&mut self) -> Option<Scope> {
        match serde_json::from_value(self.value("scope")?.clone()) {
            Ok(scope) => Some(scope),
            Err(error) => {
                self.wrong(
                    "scope",
                    error.to_string(),
                    "{\"departments\": [..], \"owners\": [..], \"building_blocks\": [..]}",
                );
                None
            }
        }
    }

    /// A moment that lies ahead, if one was sent.
    pub fn ahead(&mut self, field: &str, now: Timestamp) -> Option<Timestamp> {
        let moment = Timestamp::parse(self.text(field)?);
        match moment {
            Ok(moment) if moment > now => Some(moment),
            Ok(moment) => {
                self.wrong(field, format!("{moment} is over"), "a moment that lies ahead");
                None
            }
            Err(wrong) => {
                self.wrong(field, wrong.to_string(), "RFC 3339, such as 2027-01-31T00:00:00Z");
                None
            }
        }
    }

    /// What must be there and is not is said once.
    pub fn needed<T>(&mut self, field: &str, found: Option<T>, allowed: &str) -> Option<T> {
        if found.is_none() && !self.faults.iter().any(|fault| fault.field == field) {
            self.wrong(field, "is needed", allowed);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use model::{Role, Timestamp};
    use serde_json::json;

    use super::Fields;

    #[test]
    fn everything_that_is_wrong_is_named_at_once() {
        let body = json!({"email": "ada", "name": "A\nB", "role": "boss", "scope": {"teams": []}, "admin": true});
        let mut fields = Fields::of(&body, &["email", "name", "role", "scope"]).expect("an object");
        assert_eq!((fields.email(), fields.name(), fields.role(), fields.scope()), (None, None, None, None));
        let problem = fields.checked(Some(())).expect_err("refused");
        let named: Vec<&str> = problem.errors.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(named, ["admin", "email", "name", "role", "scope"]);
    }

    #[test]
    fn what_is_right_is_read() {
        let body =
            json!({"email": " Ada@Example.com ", "name": " Ada ", "role": "engineer", "ends": "2027-01-31T00:00:00Z"});
        let mut fields = Fields::of(&body, &["email", "name", "role", "ends"]).expect("an object");
        assert_eq!(fields.email().as_deref(), Some("ada@example.com"));
        assert_eq!(fields.name().as_deref(), Some("Ada"));
        assert_eq!(fields.role(), Some(Role::Engineer));
        assert!(fields.ahead("ends", Timestamp(0)).is_some());
        assert_eq!(fields.checked(Some(7)), Ok(7));
    }
}
