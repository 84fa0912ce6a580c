//! The frame of a table of rows: what its columns are called.

use leptos::prelude::*;

/// A table of this class. `act` is what the last column is for, beside `columns`: it is read out and not shown.
pub fn framed(
    class: &str,
    columns: &[&'static str],
    act: Option<&'static str>,
    rows: impl IntoView + 'static,
) -> AnyView {
    let columns = columns.iter().map(|name| view! { <th scope="col">{*name}</th> }).collect_view();
    let act = act.map(|act| {
        view! {
            <th scope="col">
                <span class="unseen">{act}</span>
            </th>
        }
    });
    view! {
        <table class=format!("rows {class}")>
            <thead>
                <tr>{columns} {act}</tr>
            </thead>
            <tbody>{rows.into_any()}</tbody>
        </table>
    }
    .into_any()
}
