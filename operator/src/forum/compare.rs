//! Whether everything that we want of an object is found in the live one.
//!
//! What the server filled in and what others added is not looked at. Lists are compared as the API merges them: by a
//! key where it has one, as a whole elsewhere.

use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use serde_json::{Map, Value};

/// Lists that the API merges by key, by the name of their field.
const KEYED: [(&str, &[&str]); 13] = [
    ("containers", &["name"]),
    ("initContainers", &["name"]),
    ("volumes", &["name"]),
    ("env", &["name"]),
    ("imagePullSecrets", &["name"]),
    ("volumeMounts", &["mountPath"]),
    ("volumeDevices", &["devicePath"]),
    ("ports", &["containerPort", "port", "protocol"]),
    ("ownerReferences", &["uid"]),
    (
        "topologySpreadConstraints",
        &["topologyKey", "whenUnsatisfiable"],
    ),
    ("hostAliases", &["ip"]),
    ("schedulingGates", &["name"]),
    ("conditions", &["type"]),
];

/// Fields whose values are quantities.
const QUANTITIES: [&str; 6] = [
    "limits",
    "requests",
    "sizeLimit",
    "storage",
    "divisor",
    "hard",
];

/// Maps that the server leaves out when they are empty.
const OMITTED_WHEN_EMPTY: [&str; 7] = [
    "labels",
    "annotations",
    "nodeSelector",
    "matchLabels",
    "limits",
    "requests",
    "data",
];

/// The first wanted field that is not in the live object, as a path; `None` if all are there.
#[must_use]
pub fn difference(wanted: &Value, live: &Value) -> Option<String> {
    let mut path = Vec::new();
    let Value::Object(fields) = wanted else {
        return (wanted != live).then(String::new);
    };
    // A list does not say of its items what they are, and what was asked for is known.
    let fields = fields
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "apiVersion" | "kind"));
    for (name, value) in fields {
        path.push(name.clone());
        if differs(value, live.get(name), &mut path, false) {
            return Some(path.join("."));
        }
        path.pop();
    }
    None
}

fn differs(wanted: &Value, live: Option<&Value>, path: &mut Vec<String>, quantity: bool) -> bool {
    let Some(live) = live.filter(|live| !live.is_null()) else {
        return !may_be_left_out(wanted, path.last().map(String::as_str));
    };
    match (wanted, live) {
        (Value::Object(wanted), Value::Object(live)) => {
            object_differs(wanted, live, path, quantity)
        }
        (Value::Array(wanted), Value::Array(live)) => list_differs(wanted, live, path),
        (Value::Number(wanted), Value::Number(live)) => wanted.as_f64() != live.as_f64(),
        (Value::Null, _) => false,
        _ if quantity => !same_quantity(wanted, live),
        _ => wanted != live,
    }
}

fn object_differs(
    wanted: &Map<String, Value>,
    live: &Map<String, Value>,
    path: &mut Vec<String>,
    quantity: bool,
) -> bool {
    for (name, value) in wanted {
        path.push(name.clone());
        let quantity = quantity || QUANTITIES.contains(&name.as_str());
        if differs(value, live.get(name), path, quantity) {
            return true;
        }
        path.pop();
    }
    false
}

fn list_differs(wanted: &[Value], live: &[Value], path: &mut Vec<String>) -> bool {
    let keys = keys_of(path.last().map(String::as_str), wanted);
    let Some(keys) = keys else {
        return whole_list_differs(wanted, live, path);
    };
    for item in wanted {
        let found = live.iter().find(|live| same_keys(item, live, keys));
        path.push(format!("[{}]", label(item, keys)));
        if differs(item, found, path, false) {
            return true;
        }
        path.pop();
    }
    false
}

fn whole_list_differs(wanted: &[Value], live: &[Value], path: &mut Vec<String>) -> bool {
    if wanted.len() != live.len() {
        return true;
    }
    for (index, (wanted, live)) in wanted.iter().zip(live).enumerate() {
        path.push(format!("[{index}]"));
        if differs(wanted, Some(live), path, false) {
            return true;
        }
        path.pop();
    }
    false
}

/// `ports` of containers and of Services have keys, those of a NetworkPolicy's rule have none.
fn keys_of(field: Option<&str>, items: &[Value]) -> Option<&'static [&'static str]> {
    let (_, keys) = KEYED.iter().find(|(name, _)| Some(*name) == field)?;
    let has_key = |item: &Value| keys.iter().any(|key| item.get(key).is_some());
    let rule = field == Some("ports")
        && items
            .iter()
            .all(|item| item.get("containerPort").is_none() && item.get("name").is_none());
    (items.iter().all(has_key) && !rule).then_some(keys)
}

fn same_keys(wanted: &Value, live: &Value, keys: &[&str]) -> bool {
    keys.iter()
        .all(|key| match (wanted.get(key), live.get(key)) {
            (Some(wanted), Some(live)) => wanted == live,
            // The server's default for a protocol.
            (None, Some(live)) => *key == "protocol" && live == "TCP",
            (Some(wanted), None) => *key == "protocol" && wanted == "TCP",
            (None, None) => true,
        })
}

fn label(item: &Value, keys: &[&str]) -> String {
    let value = keys.iter().find_map(|key| item.get(key));
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

/// Kubernetes leaves zero values out of what it answers.
fn may_be_left_out(wanted: &Value, field: Option<&str>) -> bool {
    match wanted {
        Value::Null => true,
        Value::Bool(set) => !set,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => {
            fields.is_empty() && field.is_some_and(|field| OMITTED_WHEN_EMPTY.contains(&field))
        }
    }
}

fn same_quantity(wanted: &Value, live: &Value) -> bool {
    match (amount(wanted), amount(live)) {
        (Some(wanted), Some(live)) => (wanted - live).abs() <= f64::EPSILON * wanted.abs().max(1.0),
        _ => wanted == live,
    }
}

/// A quantity as a number, for comparison alone.
fn amount(value: &Value) -> Option<f64> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let Quantity(text) = Quantity(text);
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+')));
    let (digits, suffix) = text.split_at(end.unwrap_or(text.len()));
    let number: f64 = digits.parse().ok()?;
    Some(number * factor(suffix)?)
}

fn factor(suffix: &str) -> Option<f64> {
    let power = |base: f64, exponent: i32| Some(base.powi(exponent));
    match suffix {
        "" => Some(1.0),
        "n" => power(10.0, -9),
        "u" => power(10.0, -6),
        "m" => power(10.0, -3),
        "k" => power(10.0, 3),
        "M" => power(10.0, 6),
        "G" => power(10.0, 9),
        "T" => power(10.0, 12),
        "P" => power(10.0, 15),
        "E" => power(10.0, 18),
        "Ki" => power(1024.0, 1),
        "Mi" => power(1024.0, 2),
        "Gi" => power(1024.0, 3),
        "Ti" => power(1024.0, 4),
        "Pi" => power(1024.0, 5),
        "Ei" => power(1024.0, 6),
        // "1e3" and "1E3"
        other => power(10.0, other.strip_prefix(['e', 'E'])?.parse().ok()?),
    }
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
