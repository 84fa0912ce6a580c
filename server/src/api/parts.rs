//! Schemas that are part of others.

use utoipa::openapi::{
    OpenApi, RefOr, Schema,
    schema::{AdditionalProperties, ArrayItems, Object},
};

/// What one writes of a thing admits no unknown field; what is answered of it holds the same fields and more. Where the former is
/// part of the latter it therefore stands there once more, admitting others: a reference would forbid the rest of the answer.
pub fn open(document: &mut OpenApi) {
    let Some(components) = document.components.as_mut() else { return };
    let closed: Vec<(String, Schema)> = components
        .schemas
        .iter()
        .filter_map(|(name, schema)| Some((format!("#/components/schemas/{name}"), opened(schema)?)))
        .collect();
    for schema in components.schemas.values_mut() {
        open_within(schema, &closed);
    }
}

/// The same of a schema and of those that it holds: lists, and what a list has a row for, stand written out in their wholes.
fn open_within(schema: &mut RefOr<Schema>, closed: &[(String, Schema)]) {
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::AllOf(whole) => {
            for part in &mut whole.items {
                if let RefOr::Ref(reference) = &*part
                    && let Some((_, opened)) = closed.iter().find(|(name, _)| *name == reference.ref_location)
                {
                    *part = RefOr::T(opened.clone());
                }
                open_within(part, closed);
            }
        }
        Schema::Object(object) => object.properties.values_mut().for_each(|field| open_within(field, closed)),
        Schema::Array(list) => {
            if let ArrayItems::RefOrSchema(item) = &mut list.items {
                open_within(item, closed);
            }
        }
        Schema::OneOf(one) => one.items.iter_mut().for_each(|item| open_within(item, closed)),
        Schema::AnyOf(any) => any.items.iter_mut().for_each(|item| open_within(item, closed)),
        _ => {}
    }
}

/// The same admitting other fields, where it or one of its forms does not; `None` of all else.
fn opened(schema: &RefOr<Schema>) -> Option<Schema> {
    match schema {
        RefOr::T(Schema::Object(object)) if is_closed(object) => {
            let mut object = object.clone();
            object.additional_properties = None;
            Some(Schema::Object(object))
        }
        RefOr::T(Schema::OneOf(one)) if one.items.iter().any(|form| opened(form).is_some()) => {
            let mut one = one.clone();
            for form in &mut one.items {
                if let Some(schema) = opened(form) {
                    *form = RefOr::T(schema);
                }
            }
            Some(Schema::OneOf(one))
        }
        _ => None,
    }
}

fn is_closed(object: &Object) -> bool {
    matches!(object.additional_properties.as_deref(), Some(AdditionalProperties::FreeForm(false)))
}
