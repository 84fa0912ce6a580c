//! The input of a field.

use leptos::prelude::*;

use super::{Field, Input};
use crate::escape;

impl Field {
    /// The input alone; `id` is its own, and that of its help and its fault begins with it.
    pub(super) fn input(self, id: &str) -> AnyView {
        let Self { name, hint, meant, given, fault, required, fixed, fills, begins, also, input, .. } = self;
        let described = format!("{id}-help {id}-fault {also}").trim_end().to_owned();
        let id = id.to_owned();
        let wrong = fault.is_some().then_some("true");
        match input {
            Input::Line => view! {
                <input
                    id=id
                    name=name
                    type="text"
                    data-as=meant
                    autofocus=begins
                    inputmode=if meant == "number" { "decimal" } else { "text" }
                    placeholder=hint
                    list=(meant == "slug").then_some("systems")
                    value=given
                    autocomplete=fills
                    readonly=fixed
                    aria-invalid=wrong
                    aria-describedby=described
                />
            }
            .into_any(),
            Input::Typed(kind) => view! {
                <input
                    id=id
                    name=name
                    type=kind
                    placeholder=hint
                    value=given
                    autocomplete=fills
                    autocapitalize=(kind != "text").then_some("none")
                    spellcheck="false"
                    autofocus=begins
                    required=required
                    readonly=fixed
                    aria-invalid=wrong
                    aria-describedby=described
                />
            }
            .into_any(),
            Input::Lines => {
                // Leptos writes the inside of a textarea as it is.
                let given = escape::text(&given);
                view! {
                    <textarea
                        id=id
                        name=name
                        rows="3"
                        data-as=meant
                        placeholder=hint
                        autocomplete=fills
                        spellcheck="false"
                        autofocus=begins
                        required=required
                        aria-invalid=wrong
                        aria-describedby=described
                    >
                        {given}
                    </textarea>
                }
                .into_any()
            }
            Input::Choice(options) => {
                let options = options
                    .into_iter()
                    .map(|(value, says)| {
                        let chosen = value == given;
                        view! {
                            <option value=value selected=chosen>
                                {says}
                            </option>
                        }
                    })
                    .collect_view();
                view! {
                    <select id=id name=name data-as=meant autofocus=begins aria-invalid=wrong aria-describedby=described>
                        {options}
                    </select>
                }
                .into_any()
            }
        }
    }
}
