//! Files that are made from the types.

use folkmoot_crds::definition;
use serde_json::{Value, json};

use crate::{
    fresh::assert_fresh,
    yaml::{self, HEADER},
};

const CHART_HEAD: &str = r#"{{- if .Values.crds.install }}
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: foruminstances.folkmoot.dev
  labels:
    {{- include "folkmoot-operator.labels" . | nindent 4 }}
  {{- if .Values.crds.keep }}
  annotations:
    # Without it `helm uninstall` would delete every forum.
    helm.sh/resource-policy: keep
  {{- end }}
"#;

#[test]
fn definition_for_kustomize() {
    let text = format!("{HEADER}{}", yaml::render(&definition()));
    assert_fresh("manifests/crd/foruminstances.yaml", &text);
}

#[test]
fn definition_for_the_chart() {
    let definition = serde_json::to_value(definition()).unwrap();
    let spec: Value = json!({"spec": definition["spec"]});
    let spec = yaml::render(&spec);
    assert!(!spec.contains("{{"), "Helm would take it for a template");
    assert_fresh(
        "charts/folkmoot-operator/templates/crd.yaml",
        &format!("{HEADER}{CHART_HEAD}{spec}{{{{- end }}}}\n"),
    );
}
