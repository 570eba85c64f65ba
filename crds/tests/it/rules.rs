//! What the rules of the definition refuse and let through, without a cluster. `tests/cluster` asks a real one the same.

use std::{collections::BTreeSet, sync::LazyLock};

use folkmoot_crds::ForumInstance;
use kube::core::cel::{
    CompiledSchema, ErrorKind, ValidationError, Validator, apply_defaults, compile_schema,
};
use serde_json::{Value, json};

use crate::{
    walk::{self, schema},
    yaml,
};

const REFUSED: &str = include_str!("../cases/refused.yaml");
const ACCEPTED: &str = include_str!("../cases/accepted.yaml");

fn cases(text: &str) -> Vec<Value> {
    let [Value::Array(cases)] = &yaml::documents(text)[..] else {
        panic!("one list of cases");
    };
    cases.clone()
}

/// The forum of a case as Kubernetes would see it after it set the defaults.
fn forum(case: &Value, spec: &Value) -> Value {
    let mut forum = json!({
        "apiVersion": "folkmoot.dev/v1alpha1",
        "kind": "ForumInstance",
        "metadata": {"name": case["name"].as_str().unwrap_or("forum"), "namespace": "default"},
        "spec": spec,
    });
    drop_nulls(&mut forum);
    with_defaults(&forum)
}

/// Twice, because a default may have fields with defaults, which the first time does not see.
fn with_defaults(forum: &Value) -> Value {
    apply_defaults(schema(), &apply_defaults(schema(), forum))
}

/// Kubernetes drops a null of what is not nullable.
fn drop_nulls(value: &mut Value) {
    if let Value::Object(fields) = value {
        fields.retain(|_, field| !field.is_null());
        fields.values_mut().for_each(drop_nulls);
    }
}

static RULES: LazyLock<CompiledSchema> = LazyLock::new(|| compile_schema(schema()));

/// What is wrong with the forum of a case. A transition rule is only asked when there was a forum before.
fn errors(case: &Value) -> Vec<ValidationError> {
    let before = case.get("was").map(|was| forum(case, was));
    let forum = forum(case, &case["spec"]);
    let result = Validator::new().validate_compiled(&RULES, &forum, before.as_ref());
    result
        .err()
        .map_or_else(Vec::new, |errors| errors.into_vec())
}

/// What is wrong with a new forum.
pub(crate) fn errors_of(forum: &Value) -> Vec<ValidationError> {
    let forum = with_defaults(forum);
    let result = Validator::new().validate_compiled(&RULES, &forum, None);
    result
        .err()
        .map_or_else(Vec::new, |errors| errors.into_vec())
}

#[test]
fn refused_with_a_message_that_helps() {
    for case in cases(REFUSED) {
        let said = case["says"].as_str().unwrap();
        let field = case["field"].as_str().unwrap();
        let errors = errors(&case);
        assert!(
            errors
                .iter()
                .any(|error| error.message.contains(said) && error.field_path == field),
            "{case}: {errors:?}"
        );
        for error in &errors {
            assert_eq!(error.kind, ErrorKind::ValidationFailure, "{case}: {error}");
        }
    }
}

#[test]
fn accepted() {
    for case in cases(ACCEPTED) {
        let errors = errors(&case);
        assert!(errors.is_empty(), "{case}: {errors:?}");
        let decoded: ForumInstance = serde_json::from_value(forum(&case, &case["spec"])).unwrap();
        let again = serde_json::to_value(&decoded).unwrap();
        assert_eq!(
            apply_defaults(schema(), &again),
            again,
            "{case}: decoding sets every default that the schema has"
        );
    }
}

#[test]
fn every_rule_has_a_case_that_it_refuses() {
    let said: BTreeSet<String> = cases(REFUSED)
        .iter()
        .flat_map(errors)
        .map(|error| error.message)
        .collect();
    let mut unused = BTreeSet::new();
    walk::schemas(schema(), &mut |_, schema| {
        let rules = schema["x-kubernetes-validations"].as_array();
        for rule in rules.into_iter().flatten() {
            let message = rule["message"].as_str().expect("a rule says what is wrong");
            if !said.contains(message) {
                unused.insert(message.to_owned());
            }
        }
    });
    assert!(unused.is_empty(), "rules without a case: {unused:#?}");
}
