//! Schemas that are part of others.

use utoipa::openapi::{
    OpenApi, RefOr, Schema,
    schema::{AdditionalProperties, ArrayItems, Object},
};

/// What one writes of a thing admits no unknown field; what is answered of it holds the same fields and more. Where the former is
/// part of the latter it therefore stands there once more, admitting others: a reference would forbid the rest of the answer.
pub fn open(document: &mut OpenApi) {
    let Some(components) = document.components.as_mut() else { return };
    let closed = |schema: &RefOr<Schema>| match schema {
        RefOr::T(Schema::Object(object)) if is_closed(object) => Some(object.clone()),
        _ => None,
    };
    let closed: Vec<(String, Object)> = components
        .schemas
        .iter()
        .filter_map(|(name, schema)| Some((format!("#/components/schemas/{name}"), closed(schema)?)))
        .collect();
    for schema in components.schemas.values_mut() {
        open_within(schema, &closed);
    }
}

/// The same of a schema and of those that it holds: lists, and what a list has a row for, stand written out in their wholes.
fn open_within(schema: &mut RefOr<Schema>, closed: &[(String, Object)]) {
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::AllOf(whole) => {
            for part in &mut whole.items {
                if let RefOr::Ref(reference) = &*part
                    && let Some((_, object)) = closed.iter().find(|(name, _)| *name == reference.ref_location)
                {
                    let mut object = object.clone();
                    object.additional_properties = None;
                    *part = RefOr::T(Schema::Object(object));
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

fn is_closed(object: &Object) -> bool {
    matches!(object.additional_properties.as_deref(), Some(AdditionalProperties::FreeForm(false)))
}
