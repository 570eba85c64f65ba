//! The objects of whole forums, word for word: whoever changes one sees which pods that restarts.

use insta::{Settings, assert_yaml_snapshot};
use serde_json::Value;

use super::fixtures;

fn assert_golden(name: &str, spec: &Value) {
    let objects = fixtures::built(spec);
    let objects: Vec<_> = objects
        .into_iter()
        .map(|(_, object)| by_lines(object))
        .collect();
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_sort_maps(true);
    settings.set_omit_expression(true);
    settings.bind(|| assert_yaml_snapshot!(name, objects));
}

/// Texts of several lines as lists of lines, so that a difference can be read.
fn by_lines(value: Value) -> Value {
    match value {
        Value::String(text) if text.contains('\n') => text.lines().collect(),
        Value::Array(items) => items.into_iter().map(by_lines).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter();
            fields
                .map(|(name, field)| (name, by_lines(field)))
                .collect()
        }
        other => other,
    }
}

#[test]
fn a_minimal_forum() {
    assert_golden("minimal", &fixtures::minimal());
}

#[test]
fn a_forum_on_servers_of_others_behind_an_ingress() {
    assert_golden("external", &fixtures::external());
}

#[test]
fn a_forum_with_everything_set() {
    assert_golden("everything", &fixtures::everything());
}

#[test]
fn a_forum_behind_a_gateway() {
    assert_golden("gateway", &fixtures::gateway());
}

#[test]
fn a_forum_for_members_alone() {
    assert_golden("guarded", &fixtures::guarded());
}
