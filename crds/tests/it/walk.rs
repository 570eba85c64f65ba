//! Going through a schema.

use std::sync::LazyLock;

use folkmoot_crds::definition;
use serde_json::Value;

/// The schema of a forum.
pub(crate) fn schema() -> &'static Value {
    static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
        let definition = serde_json::to_value(definition()).unwrap();
        definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"].clone()
    });
    &SCHEMA
}

/// Shows each schema under `schema` to `visit`, with its path: `.spec.chat`, `.status.conditions[].type`, `.spec.x{}`.
pub(crate) fn schemas(schema: &Value, visit: &mut impl FnMut(&str, &Value)) {
    below("", schema, visit);
}

fn below(path: &str, schema: &Value, visit: &mut impl FnMut(&str, &Value)) {
    visit(path, schema);
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        below(&format!("{path}.{name}"), property, visit);
    }
    if schema["items"].is_object() {
        below(&format!("{path}[]"), &schema["items"], visit);
    }
    if schema["additionalProperties"].is_object() {
        below(
            &format!("{path}{{}}"),
            &schema["additionalProperties"],
            visit,
        );
    }
}
