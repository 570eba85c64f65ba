//! `docs/reference/forum-instance.md`: every field, from the types.

use std::fmt::Write as _;

use serde_json::Value;

use crate::{fresh::assert_fresh, text, walk::schema};

const PATH: &str = "docs/reference/forum-instance.md";

/// Fields that several parts have: told once, in a section of their own.
const SHARED: [&str; 2] = ["podTemplate", "resources"];

/// Fields that are Kubernetes' own, which its documentation explains.
const KUBERNETES_OWN: [&str; 4] = ["affinity", "conditions", "env", "tolerations"];

/// Patterns that have a name.
const FORMS: [(&str, &str); 5] = [
    (
        r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*(:[0-9]{1,5})?$",
        "small letters, digits, `-` and points; a port",
    ),
    (
        r"^([A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?)*|[\p{L}\p{N}]([ '_-]?[\p{L}\p{N}])* <[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?)*>)$",
        "address of mail, alone or behind a name",
    ),
    ("^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", "name of an object"),
    ("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "name of a namespace"),
    (
        "^[1-9][0-9]*(\\.[0-9]+)?(k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$",
        "quantity, for example `1Gi`",
    ),
];

/// Services whose fields are those of `identity`.
const LIKE_IDENTITY: [&str; 6] = [
    "discussion",
    "feed",
    "presence",
    "notification",
    "file",
    "web",
];

#[test]
fn reference_of_the_fields() {
    let spec = &schema()["properties"]["spec"];
    let status = &schema()["properties"]["status"];
    let shared = &spec["properties"]["identity"]["properties"];
    let text = text::with_sections(
        PATH,
        &[
            ("spec", &spec_sections(spec)),
            ("podTemplate", &section("", &shared["podTemplate"])),
            ("resources", &section("", &shared["resources"])),
            ("status", &section("status", status)),
        ],
    );
    assert_fresh(PATH, &text);
}

#[test]
fn services_that_are_told_once_are_the_same() {
    let parts = &schema()["properties"]["spec"]["properties"];
    for part in LIKE_IDENTITY {
        assert_eq!(parts[part]["properties"], parts["identity"]["properties"]);
    }
    let everywhere = ["chat", "identity"].map(|part| &parts[part]["properties"]);
    for name in SHARED {
        assert_eq!(
            everywhere[0][name]["properties"],
            everywhere[1][name]["properties"]
        );
        let nginx = &parts["edge"]["properties"]["nginx"]["properties"];
        assert_eq!(nginx[name]["properties"], everywhere[0][name]["properties"]);
    }
}

/// A table of the fields with one value, then a section for each that has fields of its own.
fn spec_sections(spec: &Value) -> String {
    let properties = spec["properties"].as_object().unwrap();
    let (parts, plain): (Vec<_>, Vec<_>) = properties
        .iter()
        .partition(|(_, property)| property["properties"].is_object());
    let mut text = table(
        plain
            .iter()
            .flat_map(|(name, property)| rows(name, property)),
    );
    text += &rules("spec", spec);
    for (name, part) in parts {
        let meaning = part["description"].as_str().unwrap();
        write!(text, "\n### {name}\n\n{meaning}\n\n").unwrap();
        if LIKE_IDENTITY.contains(&name.as_str()) {
            text += "The fields are those of [identity](#identity).\n";
            continue;
        }
        text += &section(name, part);
    }
    text
}

/// The fields of `part`, and what is refused.
fn section(path: &str, part: &Value) -> String {
    let prefix = if path.is_empty() || path == "status" {
        String::new()
    } else {
        format!("{path}.")
    };
    let properties = part["properties"].as_object().unwrap();
    let rows = properties
        .iter()
        .flat_map(|(name, property)| rows(&format!("{prefix}{name}"), property));
    let mut text = table(rows);
    text += &rules(path, part);
    text
}

fn table(rows: impl Iterator<Item = String>) -> String {
    let head = "| field | type | default | bounds | meaning |\n|---|---|---|---|---|\n";
    let rows: String = rows.collect();
    format!("{head}{rows}")
}

/// The row of a field, then those of its own fields.
fn rows(path: &str, schema: &Value) -> Vec<String> {
    let name = path.rsplit('.').next().unwrap();
    let meaning = schema["description"].as_str().unwrap_or("As in a pod.");
    let meaning = meaning.replace('\n', " ");
    let row = |meaning: &str| {
        format!(
            "| `{path}` | {} | {} | {} | {meaning} |\n",
            kind(schema),
            default(schema),
            bounds(schema)
        )
    };
    if SHARED.contains(&name) && path.contains('.') {
        return vec![row(&format!(
            "{meaning} See [{name}](#{}).",
            name.to_lowercase()
        ))];
    }
    let mut all = vec![row(&meaning)];
    if KUBERNETES_OWN.contains(&name) || is_secret_key(schema) {
        return all;
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        all.extend(rows(&format!("{path}.{name}"), property));
    }
    for (name, property) in schema["items"]["properties"]
        .as_object()
        .into_iter()
        .flatten()
    {
        all.extend(rows(&format!("{path}[].{name}"), property));
    }
    all
}

fn kind(schema: &Value) -> String {
    if schema["x-kubernetes-int-or-string"] == true {
        return "quantity".to_owned();
    }
    if is_secret_key(schema) {
        return "`{name, key}`".to_owned();
    }
    let kind = schema["type"].as_str().unwrap();
    match kind {
        "array" => format!("list of {}", kind_of_items(&schema["items"])),
        "object" if schema["additionalProperties"].is_object() => {
            format!("map of {}", kind_of_items(&schema["additionalProperties"]))
        }
        _ => kind.to_owned(),
    }
}

/// Whether it points at a key of a Secret.
fn is_secret_key(schema: &Value) -> bool {
    let fields = schema["properties"].as_object();
    fields.is_some_and(|fields| fields.keys().eq(["key", "name"]))
}

fn kind_of_items(schema: &Value) -> String {
    match kind(schema).as_str() {
        "quantity" => "quantities".to_owned(),
        kind => format!("{kind}s"),
    }
}

fn default(schema: &Value) -> String {
    match &schema["default"] {
        Value::Null => String::new(),
        value => format!("`{value}`"),
    }
}

fn bounds(schema: &Value) -> String {
    let mut bounds = Vec::new();
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> = values
            .iter()
            .map(|v| format!("`{}`", v.as_str().unwrap()))
            .collect();
        bounds.push(values.join(", "));
    }
    let units = [
        ("minimum", "maximum", ""),
        ("minLength", "maxLength", " characters"),
        ("minItems", "maxItems", " items"),
        ("minProperties", "maxProperties", " entries"),
    ];
    for (least, most, unit) in units {
        let number = |name: &str| schema[name].as_f64().map(|number| format!("{number}"));
        let range = match (number(least), number(most)) {
            (Some(least), Some(most)) if least == most => format!("{most}{unit}"),
            (Some(least), Some(most)) => format!("{least} to {most}{unit}"),
            (None, Some(most)) => format!("at most {most}{unit}"),
            (Some(least), None) => format!("at least {least}{unit}"),
            (None, None) => continue,
        };
        bounds.push(range);
    }
    if let Some(pattern) = schema["pattern"].as_str() {
        let form = FORMS.iter().find(|(known, _)| *known == pattern);
        let raw = || format!("`{}`", pattern.replace('|', "\\|"));
        bounds.push(form.map_or_else(raw, |(_, name)| (*name).to_owned()));
    }
    bounds.join("; ")
}

/// What Kubernetes says when it refuses: all rules under `schema` but those of the shared fields, which are told there.
fn rules(path: &str, schema: &Value) -> String {
    let mut messages = Vec::new();
    collect_messages(schema, path == "spec", &mut messages);
    if messages.is_empty() {
        return String::new();
    }
    let list: String = messages
        .iter()
        .map(|message| format!("- {message}\n"))
        .collect();
    format!("\nRefused otherwise:\n\n{list}")
}

fn collect_messages(schema: &Value, shallow: bool, messages: &mut Vec<String>) {
    for rule in schema["x-kubernetes-validations"]
        .as_array()
        .into_iter()
        .flatten()
    {
        let message = rule["message"].as_str().unwrap().to_owned();
        if !messages.contains(&message) {
            messages.push(message);
        }
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let elsewhere = SHARED.contains(&name.as_str());
        let of_a_section = shallow && property["properties"].is_object();
        if !elsewhere && !of_a_section {
            collect_messages(property, false, messages);
        }
    }
    if schema["items"].is_object() {
        collect_messages(&schema["items"], false, messages);
    }
}
