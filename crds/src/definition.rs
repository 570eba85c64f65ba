//! The definition of the custom resource as it is installed.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinition, JSONSchemaProps, JSONSchemaPropsOrArray, JSONSchemaPropsOrBool,
};
use kube::core::CustomResourceExt as _;

use crate::ForumInstance;

/// The definition of `ForumInstance` that clusters get; `charts/` and `manifests/` carry it as YAML.
///
/// It differs from [`ForumInstance::crd`](kube::core::CustomResourceExt::crd) in that nothing is `nullable`. There
/// `has(self.nginx)` of a rule would hold for an explicit `nginx: null`, and `redis: null` would be kept instead of
/// getting the default; here Kubernetes drops a null before it sets defaults and asks the rules.
#[must_use]
pub fn definition() -> CustomResourceDefinition {
    let mut definition = ForumInstance::crd();
    let schemas = definition.spec.versions.iter_mut();
    for schema in schemas.filter_map(|version| version.schema.as_mut()) {
        if let Some(root) = schema.open_api_v3_schema.as_mut() {
            never_null(root);
        }
    }
    definition
}

fn never_null(schema: &mut JSONSchemaProps) {
    schema.nullable = None;
    for property in schema.properties.iter_mut().flat_map(|p| p.values_mut()) {
        never_null(property);
    }
    match &mut schema.items {
        Some(JSONSchemaPropsOrArray::Schema(items)) => never_null(items),
        Some(JSONSchemaPropsOrArray::Schemas(items)) => items.iter_mut().for_each(never_null),
        None => {}
    }
    if let Some(JSONSchemaPropsOrBool::Schema(values)) = &mut schema.additional_properties {
        never_null(values);
    }
}
