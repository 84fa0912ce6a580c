//! A field of a form: its label, its input, its help and the place of its fault.

use leptos::prelude::*;

use crate::escape;

/// One field. Its name is the path of what it fills, `probe.options.url`; see [`crate::islands::form`].
pub struct Field {
    name: &'static str,
    label: &'static str,
    help: &'static str,
    hint: &'static str,
    meant: &'static str,
    given: String,
    required: bool,
    input: Input,
}

enum Input {
    Line,
    Lines,
    Choice(Vec<(&'static str, &'static str)>),
}

impl Field {
    /// A line of text; `hint` is an example.
    pub fn text(name: &'static str, label: &'static str, hint: &'static str) -> Self {
        Self::of(name, label, "text", hint)
    }

    /// A number.
    pub fn number(name: &'static str, label: &'static str, hint: &'static str) -> Self {
        Self::of(name, label, "number", hint)
    }

    /// The name of a system, or words that become one.
    pub fn slug(name: &'static str, label: &'static str, hint: &'static str) -> Self {
        Self::of(name, label, "slug", hint)
    }

    /// Several lines, read as `meant` says: `lines` or `pairs`.
    pub fn lines(name: &'static str, label: &'static str, meant: &'static str, hint: &'static str) -> Self {
        Self { input: Input::Lines, ..Self::of(name, label, meant, hint) }
    }

    /// One of some: each its value and its words.
    pub fn choice(
        name: &'static str,
        label: &'static str,
        meant: &'static str,
        options: &[(&'static str, &'static str)],
    ) -> Self {
        Self { input: Input::Choice(options.to_vec()), ..Self::of(name, label, meant, "") }
    }

    fn of(name: &'static str, label: &'static str, meant: &'static str, hint: &'static str) -> Self {
        Self { name, label, help: "", hint, meant, given: String::new(), required: false, input: Input::Line }
    }

    /// It has to be filled in.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// A line below it.
    #[must_use]
    pub fn help(mut self, help: &'static str) -> Self {
        self.help = help;
        self
    }

    /// What it holds from the start.
    #[must_use]
    pub fn given(mut self, value: impl Into<String>) -> Self {
        self.given = value.into();
        self
    }

    /// As a view.
    pub fn show(self) -> AnyView {
        let Self { name, label, help, hint, meant, given, required, input } = self;
        let id = format!("f-{}", name.replace('.', "-"));
        let described = format!("{id}-help {id}-fault");
        let needed = required.then(|| view! { <span class="needed">" needed"</span> });
        let input = match input {
            Input::Line => view! {
                <input
                    id=id.clone()
                    name=name
                    type="text"
                    data-as=meant
                    inputmode=if meant == "number" { "decimal" } else { "text" }
                    placeholder=hint
                    list=(meant == "slug").then_some("systems")
                    value=given
                    autocomplete="off"
                    aria-describedby=described
                />
            }
            .into_any(),
            // Leptos writes the inside of a textarea as it is.
            Input::Lines => view! {
                <textarea
                    id=id.clone()
                    name=name
                    rows="3"
                    data-as=meant
                    placeholder=hint
                    spellcheck="false"
                    aria-describedby=described
                >
                    {escape::text(&given)}
                </textarea>
            }
            .into_any(),
            Input::Choice(options) => {
                let options = options
                    .into_iter()
                    .map(|(value, says)| {
                        view! {
                            <option value=value selected=value == given>
                                {says}
                            </option>
                        }
                    })
                    .collect_view();
                view! {
                    <select id=id.clone() name=name data-as=meant aria-describedby=described>
                        {options}
                    </select>
                }
                .into_any()
            }
        };
        view! {
            <div class="field">
                <label for=id.clone()>{label} {needed}</label>
                {input}
                <p class="help" id=format!("{id}-help")>
                    {help}
                </p>
                <p class="fault" id=format!("{id}-fault") data-fault=name></p>
            </div>
        }
        .into_any()
    }
}
