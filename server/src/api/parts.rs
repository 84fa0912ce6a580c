//! Schemas that are part of others.

use utoipa::openapi::{
    OpenApi, RefOr, Schema,
    schema::{AdditionalProperties, Object},
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
        let RefOr::T(Schema::AllOf(whole)) = schema else { continue };
        for part in &mut whole.items {
            let RefOr::Ref(reference) = &*part else { continue };
            if let Some((_, object)) = closed.iter().find(|(name, _)| *name == reference.ref_location) {
                let mut object = object.clone();
                object.additional_properties = None;
                *part = RefOr::T(Schema::Object(object));
            }
        }
    }
}

fn is_closed(object: &Object) -> bool {
    matches!(object.additional_properties.as_deref(), Some(AdditionalProperties::FreeForm(false)))
}
