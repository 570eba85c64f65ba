//! The values of the chart: what `values.yaml` sets, what `values.schema.json` allows and what the README says.

use std::{collections::BTreeMap, fmt::Write as _, fs};

use serde_json::Value;

use crate::{
    fresh::{assert_fresh, repository},
    text, yaml,
};

const CHART: &str = "charts/folkmoot-operator";

/// Of Helm itself, or of Kubernetes: they have no default here.
const WITHOUT_DEFAULT: [&str; 2] = ["global", "resources.claims"];

struct Setting {
    default: Value,
    schema: Value,
}

fn schema() -> Value {
    let file = repository().join(CHART).join("values.schema.json");
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

fn defaults() -> Value {
    let text = fs::read_to_string(repository().join(CHART).join("values.yaml")).unwrap();
    yaml::documents(&text).remove(0)
}

/// Every setting of the schema by its path, with its default.
fn settings() -> BTreeMap<String, Setting> {
    let mut settings = BTreeMap::new();
    collect("", &schema(), &defaults(), &mut settings);
    settings
}

fn collect(path: &str, schema: &Value, default: &Value, settings: &mut BTreeMap<String, Setting>) {
    let Some(properties) = schema["properties"].as_object() else {
        let (default, schema) = (default.clone(), schema.clone());
        settings.insert(path.to_owned(), Setting { default, schema });
        return;
    };
    assert_eq!(
        schema["additionalProperties"], false,
        "a mistyped name in {path} is refused"
    );
    for (name, property) in properties {
        let path = format!("{path}.{name}");
        collect(
            path.trim_start_matches('.'),
            property,
            &default[name],
            settings,
        );
    }
}

#[test]
fn every_setting_is_described_and_has_a_default() {
    for (path, setting) in settings() {
        let described = setting.schema["description"].as_str();
        assert!(
            described.is_some_and(|d| d.ends_with('.')),
            "{path}: {described:?}"
        );
        let has_default = !setting.default.is_null();
        assert_ne!(
            has_default,
            WITHOUT_DEFAULT.contains(&path.as_str()),
            "{path}"
        );
    }
}

#[test]
fn every_value_is_a_setting() {
    fn leaves(path: &str, value: &Value, settings: &BTreeMap<String, Setting>) {
        if settings.contains_key(path) {
            return;
        }
        let fields = value
            .as_object()
            .unwrap_or_else(|| panic!("{path} is not in the schema"));
        assert!(!fields.is_empty(), "{path} is not in the schema");
        for (name, value) in fields {
            leaves(
                format!("{path}.{name}").trim_start_matches('.'),
                value,
                settings,
            );
        }
    }
    leaves("", &defaults(), &settings());
}

#[test]
fn every_value_is_explained_where_it_is() {
    let text = fs::read_to_string(repository().join(CHART).join("values.yaml")).unwrap();
    for (path, setting) in settings() {
        // A name without a comment of its own says what it is.
        const SELF_EXPLANATORY: &[&str] = &[
            "image.repository",
            "image.pullPolicy",
            "fullnameOverride",
            "serviceAccount.create",
            "serviceAccount.annotations",
            "resources.requests",
            "resources.limits",
            "podAnnotations",
            "podLabels",
            "nodeSelector",
            "tolerations",
            "affinity",
            "topologySpreadConstraints",
            "priorityClassName",
            "serviceMonitor.interval",
        ];
        if setting.default.is_null() || SELF_EXPLANATORY.contains(&path.as_str()) {
            continue;
        }
        let key = path.rsplit('.').next().unwrap();
        let explained = text.lines().zip(text.lines().skip(1)).any(|(above, line)| {
            line.trim_start().starts_with(&format!("{key}:")) && above.trim_start().starts_with('#')
        });
        assert!(explained, "{path} has no comment above it");
    }
}

#[test]
fn values_in_the_readme() {
    let mut table = "| value | default | meaning |\n|---|---|---|\n".to_owned();
    for (path, setting) in settings() {
        if setting.default.is_null() {
            continue;
        }
        let meaning = setting.schema["description"].as_str().unwrap();
        writeln!(table, "| `{path}` | `{}` | {meaning} |", setting.default).unwrap();
    }
    let path = format!("{CHART}/README.md");
    let readme = text::with_sections(&path, &[("values", &table)]);
    assert_fresh(&path, &readme);
}

#[test]
fn versions_agree() {
    let version = env!("CARGO_PKG_VERSION");
    let chart = fs::read_to_string(repository().join(CHART).join("Chart.yaml")).unwrap();
    let chart = yaml::documents(&chart).remove(0);
    assert_eq!(chart["version"], version);
    assert_eq!(chart["appVersion"], version);
    let deployment = repository().join("manifests/operator/deployment.yaml");
    let deployment = fs::read_to_string(deployment).unwrap();
    assert!(deployment.contains(&format!("folkmoot-operator:{version}\n")));
    assert!(folkmoot_crds::DEFAULT_IMAGE.ends_with(&format!(":{version}")));
}
