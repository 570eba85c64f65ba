//! What several parts of the API share.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::component::RESERVED_ENV;

/// One key of a Secret in the forum's namespace.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub struct SecretKeyRef {
    /// Name of the Secret.
    #[schemars(schema_with = "object_name")]
    pub name: String,
    /// Key within the Secret.
    #[schemars(schema_with = "data_key")]
    pub key: String,
}

/// The name of an object, for example of a Secret.
pub(crate) fn object_name(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "string",
        "minLength": 1,
        "maxLength": 253,
        "pattern": r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",
    })
}

/// The name of a namespace.
pub(crate) fn namespace(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "string",
        "minLength": 1,
        "maxLength": 63,
        "pattern": r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
    })
}

fn data_key(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "string",
        "minLength": 1,
        "maxLength": 253,
        "pattern": r"^[-._a-zA-Z0-9]+$",
    })
}

/// An image with its tag or digest.
pub(crate) fn image(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "string",
        "minLength": 1,
        "maxLength": 512,
        "pattern": r"^[A-Za-z0-9][-A-Za-z0-9._/:@]*$",
    })
}

/// A host name with an optional port.
pub(crate) fn host(_: &mut SchemaGenerator) -> Schema {
    let label = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
    json_schema!({
        "type": "string",
        "minLength": 1,
        "maxLength": 259,
        "pattern": format!(r"^{label}(\.{label})*(:[0-9]{{1,5}})?$"),
        "x-kubernetes-validations": [{
            "rule": "!self.contains(':') || (int(self.split(':')[1]) >= 1 && int(self.split(':')[1]) <= 65535)",
            "message": "host: the port must be between 1 and 65535",
        }],
    })
}

/// The address of an S3 server.
pub(crate) fn endpoint(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "string",
        "minLength": 1,
        "maxLength": 512,
        "pattern": r"^(https?://)?[-A-Za-z0-9.:\[\]]+/?$",
    })
}

/// An address of mail, alone or behind a name. A name of other letters than these would need quotes.
pub(crate) fn mailbox(_: &mut SchemaGenerator) -> Schema {
    let label = "[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?";
    let address = format!(r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@{label}(\.{label})*");
    json_schema!({
        "type": "string",
        "minLength": 3,
        "maxLength": 320,
        "pattern": format!(r"^({address}|[\p{{L}}\p{{N}}]([ '_-]?[\p{{L}}\p{{N}}])* <{address}>)$"),
    })
}

/// The name of a bucket.
pub(crate) fn bucket(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "string",
        "minLength": 3,
        "maxLength": 63,
        "pattern": r"^[a-z0-9][-a-z0-9.]*[a-z0-9]$",
    })
}

/// The size of a volume, for example `1Gi`.
pub(crate) fn storage(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "string",
        "maxLength": 32,
        "pattern": r"^[1-9][0-9]*(\.[0-9]+)?(k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$",
    })
}

/// Labels by name.
pub(crate) fn labels(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "maxProperties": 50,
        "additionalProperties": {"type": "string", "maxLength": 63},
    })
}

/// Annotations by name, without those that the operator reads and writes itself.
pub(crate) fn annotations(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "maxProperties": 50,
        "additionalProperties": {"type": "string", "maxLength": 4096},
        "x-kubernetes-validations": [{
            "rule": "!self.exists(name, name.startsWith('folkmoot.dev/'))",
            "message": "annotations that begin with folkmoot.dev/ belong to the operator",
        }],
    })
}

/// Processor time and memory of a container.
pub(crate) fn resources(_: &mut SchemaGenerator) -> Schema {
    let quantities = json_schema!({
        "type": "object",
        "maxProperties": 20,
        "additionalProperties": quantity(),
    });
    json_schema!({
        "type": "object",
        "properties": {"requests": quantities, "limits": quantities},
    })
}

/// A quantity as Kubernetes takes it: `2`, `"500m"` or `"1Gi"`.
fn quantity() -> Schema {
    json_schema!({
        "x-kubernetes-int-or-string": true,
        "maxLength": 32,
        "pattern": r"^[0-9]+(\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$",
    })
}

/// Taints that pods tolerate.
pub(crate) fn tolerations(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "array",
        "maxItems": 20,
        "items": {
            "type": "object",
            "properties": {
                "key": {"type": "string", "maxLength": 317},
                "operator": {"type": "string", "enum": ["Exists", "Equal"]},
                "value": {"type": "string", "maxLength": 63},
                "effect": {"type": "string", "enum": ["NoSchedule", "PreferNoSchedule", "NoExecute"]},
                "tolerationSeconds": {"type": "integer", "format": "int64"},
            },
        },
    })
}

/// Affinity. Its own schema is 30 times as long as that of a component and would be repeated for each of them:
/// Kubernetes checks it when the operator applies the pods.
pub(crate) fn affinity(_: &mut SchemaGenerator) -> Schema {
    let any = json_schema!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    json_schema!({
        "type": "object",
        "properties": {"nodeAffinity": any, "podAffinity": any, "podAntiAffinity": any},
    })
}

/// What can be set of a container's environment: a value, or a reference that Kubernetes resolves.
pub(crate) fn environment(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "array",
        "maxItems": 50,
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
        "items": {
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
                "value": {"type": "string", "maxLength": 32768},
                "valueFrom": value_from(generator),
            },
            "x-kubernetes-validations": [
                {
                    "rule": "!has(self.value) || self.value == '' || !has(self.valueFrom)",
                    "message": "env: set one of value and valueFrom",
                },
                {
                    "rule": format!("!(self.name in ['{}'])", RESERVED_ENV.join("', '")),
                    "message": format!("env: the operator itself sets {}", RESERVED_ENV.join(", ")),
                },
            ],
        },
    })
}

fn value_from(generator: &mut SchemaGenerator) -> Schema {
    let key = json_schema!({
        "type": "object",
        "required": ["name", "key"],
        "properties": {
            "name": object_name(generator),
            "key": data_key(generator),
            "optional": {"type": "boolean"},
        },
    });
    json_schema!({
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "properties": {
            "secretKeyRef": key,
            "configMapKeyRef": key,
            "fieldRef": {
                "type": "object",
                "required": ["fieldPath"],
                "properties": {
                    "apiVersion": {"type": "string", "maxLength": 63},
                    "fieldPath": {"type": "string", "minLength": 1, "maxLength": 512},
                },
            },
            "resourceFieldRef": {
                "type": "object",
                "required": ["resource"],
                "properties": {
                    "containerName": {"type": "string", "maxLength": 63},
                    "resource": {"type": "string", "minLength": 1, "maxLength": 63},
                    "divisor": quantity(),
                },
            },
        },
    })
}

/// Conditions, as bounded as `metav1.Condition` says it is.
pub(crate) fn conditions(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "array",
        "maxItems": 16,
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["type"],
        "items": {
            "type": "object",
            "required": ["lastTransitionTime", "message", "reason", "status", "type"],
            "properties": {
                "type": {"type": "string", "minLength": 1, "maxLength": 316},
                "status": {"type": "string", "enum": ["True", "False", "Unknown"]},
                "reason": {"type": "string", "minLength": 1, "maxLength": 1024, "pattern": "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$"},
                "message": {"type": "string", "maxLength": 32768},
                "observedGeneration": {"type": "integer", "format": "int64", "minimum": 0},
                "lastTransitionTime": {"type": "string", "format": "date-time", "maxLength": 64},
            },
        },
    })
}
