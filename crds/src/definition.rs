//! The definition of the custom resource as it is installed.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinition, JSON, JSONSchemaProps, JSONSchemaPropsOrArray, JSONSchemaPropsOrBool,
};
use kube::core::CustomResourceExt as _;

use crate::{ForumInstance, NATS_IMAGE, NGINX_IMAGE, OBJECTS_IMAGE, POSTGRES_IMAGE, REDIS_IMAGE};

/// Defaults that the types cannot say, because parts of one type have different ones.
const IMAGES: [([&str; 4], &str); 5] = [
    (["spec", "edge", "nginx", "image"], NGINX_IMAGE),
    (["spec", "nats", "managed", "image"], NATS_IMAGE),
    (["spec", "objectStorage", "managed", "image"], OBJECTS_IMAGE),
    (["spec", "postgres", "managed", "image"], POSTGRES_IMAGE),
    (["spec", "redis", "managed", "image"], REDIS_IMAGE),
];

/// The definition of `ForumInstance` that clusters get; `charts/` and `manifests/` carry it as YAML.
///
/// It differs from [`ForumInstance::crd`](kube::core::CustomResourceExt::crd) in that the images of managed parts have
/// defaults, and in that nothing is `nullable`. There
/// `has(self.nginx)` of a rule would hold for an explicit `nginx: null`, and `redis: null` would be kept instead of
/// getting the default; here Kubernetes drops a null before it sets defaults and asks the rules.
#[must_use]
pub fn definition() -> CustomResourceDefinition {
    let mut definition = ForumInstance::crd();
    let schemas = definition.spec.versions.iter_mut();
    for schema in schemas.filter_map(|version| version.schema.as_mut()) {
        if let Some(root) = schema.open_api_v3_schema.as_mut() {
            never_null(root);
            for (path, image) in IMAGES {
                set_default(root, &path, image);
            }
        }
    }
    definition
}

/// Sets the default of the field at `path`; `definition` is tested to have it.
fn set_default(root: &mut JSONSchemaProps, path: &[&str], default: &str) {
    let field = path.iter().try_fold(root, |schema, name| {
        schema.properties.as_mut()?.get_mut(*name)
    });
    if let Some(field) = field {
        field.default = Some(JSON(default.into()));
    }
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
