//! A field of a form: its label, its input, its help and the place of its fault.

use leptos::prelude::*;

use crate::visitor::Sent;

mod input;

/// One field. Its name is the path of what it fills, `probe.options.url`; see [`crate::islands::form`].
pub struct Field {
    name: String,
    label: String,
    help: String,
    hint: String,
    meant: &'static str,
    given: String,
    fault: Option<String>,
    required: bool,
    fixed: bool,
    fills: &'static str,
    of: String,
    begins: bool,
    also: &'static str,
    input: Input,
}

enum Input {
    Line,
    Typed(&'static str),
    Lines,
    Choice(Vec<(String, String)>),
}

impl Field {
    /// A line of text; `hint` is an example.
    pub fn text(name: impl Into<String>, label: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::of(name, label, "text", hint)
    }

    /// A number.
    pub fn number(name: impl Into<String>, label: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::of(name, label, "number", hint)
    }

    /// The name of a system, or words that become one.
    pub fn slug(name: impl Into<String>, label: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::of(name, label, "slug", hint)
    }

    /// Several lines, read as `meant` says: `text`, `lines`, `pairs` or `json`.
    pub fn lines(
        name: impl Into<String>,
        label: impl Into<String>,
        meant: &'static str,
        hint: impl Into<String>,
    ) -> Self {
        Self { input: Input::Lines, ..Self::of(name, label, meant, hint) }
    }

    /// A line of another type of input: `email`, `password`, `datetime-local`.
    pub fn typed(
        kind: &'static str,
        name: impl Into<String>,
        label: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self { input: Input::Typed(kind), ..Self::of(name, label, "text", hint) }
    }

    /// One of what was found: each its value and its words.
    pub fn found(name: impl Into<String>, label: impl Into<String>, options: Vec<(String, String)>) -> Self {
        Self { input: Input::Choice(options), ..Self::of(name, label, "text", "") }
    }

    /// One of some: each its value and its words.
    pub fn choice(
        name: impl Into<String>,
        label: impl Into<String>,
        meant: &'static str,
        options: &[(&'static str, &'static str)],
    ) -> Self {
        let options = options.iter().map(|&(value, says)| (value.to_owned(), says.to_owned())).collect();
        Self { input: Input::Choice(options), ..Self::of(name, label, meant, "") }
    }

    fn of(name: impl Into<String>, label: impl Into<String>, meant: &'static str, hint: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            help: String::new(),
            hint: hint.into(),
            meant,
            given: String::new(),
            fault: None,
            required: false,
            fixed: false,
            fills: "off",
            of: String::new(),
            begins: false,
            also: "",
            input: Input::Line,
        }
    }

    /// It has to be filled in.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// A line below it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// How its text is meant: `text`, `number`, `bool`, `lines`, `pairs`, `json` or `slug`.
    #[must_use]
    pub fn meant(mut self, meant: &'static str) -> Self {
        self.meant = meant;
        self
    }

    /// What it holds from the start.
    #[must_use]
    pub fn given(mut self, value: impl Into<String>) -> Self {
        self.given = value.into();
        self
    }

    /// What the browser may fill in: `username`, `current-password`, `new-password`.
    #[must_use]
    pub fn fills(mut self, what: &'static str) -> Self {
        self.fills = what;
        self
    }

    /// It is shown and cannot be changed.
    #[must_use]
    pub fn fixed(mut self) -> Self {
        self.fixed = true;
        self
    }

    /// Of which form, where a page has several with a field of this name.
    #[must_use]
    pub fn of_form(mut self, form: impl Into<String>) -> Self {
        self.of = form.into();
        self
    }

    /// Where one begins to type when the page opens.
    #[must_use]
    pub fn begins(mut self) -> Self {
        self.begins = true;
        self
    }

    /// The id of what else is told about it, besides its help and its fault.
    #[must_use]
    pub fn told_by(mut self, id: &'static str) -> Self {
        self.also = id;
        self
    }

    /// As the form was sent: what it held, and what was wrong with it. With a fault it is where one begins to type.
    #[must_use]
    pub fn sent(mut self, sent: Sent<'_>) -> Self {
        if let Some(given) = sent.given(&self.name) {
            given.clone_into(&mut self.given);
        }
        self.fault = sent.fault(&self.name);
        self.begins |= self.fault.is_some();
        self
    }

    /// As a view.
    pub fn show(self) -> AnyView {
        let (name, label, fault) = (self.name.clone(), self.label.clone(), self.fault.clone());
        let help = (!self.help.is_empty()).then(|| self.help.clone());
        let id = format!("f{}-{}", self.of, name.replace('.', "-"));
        let needed = self.required.then(|| view! { <span class="needed">" needed"</span> });
        let input = self.input(&id);
        view! {
            <div class="field">
                <label for=id.clone()>{label} {needed}</label>
                {input}
                <p class="help" id=format!("{id}-help")>
                    {help}
                </p>
                <p class="fault" id=format!("{id}-fault") data-fault=name>
                    {fault}
                </p>
            </div>
        }
        .into_any()
    }
}
