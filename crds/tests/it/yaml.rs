//! YAML as people like to read it.

use serde::Serialize;
use serde_json::{Number, Value};

/// The generated file's first line.
pub(crate) const HEADER: &str = "# Made from crds/src by `make generate`; changes here are lost.\n";

/// Renders `value`, with whole numbers without a point.
pub(crate) fn render(value: &impl Serialize) -> String {
    let mut value = serde_json::to_value(value).unwrap();
    whole_numbers(&mut value);
    serde_saphyr::to_string(&value).unwrap()
}

/// Reads all documents of `text` that say something.
pub(crate) fn documents(text: &str) -> Vec<Value> {
    let documents: Vec<Value> = serde_saphyr::from_multiple(text).unwrap();
    documents.into_iter().filter(|d| !d.is_null()).collect()
}

fn whole_numbers(value: &mut Value) {
    match value {
        Value::Number(number) => whole(number),
        Value::Array(items) => items.iter_mut().for_each(whole_numbers),
        Value::Object(fields) => fields.values_mut().for_each(whole_numbers),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// The definition's bounds are floating-point numbers in Kubernetes' types.
fn whole(number: &mut Number) {
    let Some(float) = number
        .as_f64()
        .filter(|f| f.fract() == 0.0 && f.abs() < 1e15)
    else {
        return;
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it is whole and below 2^53"
    )]
    let whole = float as i64;
    *number = whole.into();
}
