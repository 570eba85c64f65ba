//! `ForumInstance`: what a user applies.

#![expect(
    unreachable_pub,
    reason = "KubeSchema derives from a public shadow of each struct inside a function"
)]

use kube::CustomResource;
use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    auth::AuthSpec,
    component::{ChatSpec, ComponentSpec},
    edge::{EdgeSpec, Scheme},
    mail::MailSpec,
    schema,
    status::ForumInstanceStatus,
    stores::{NatsSpec, ObjectStorageSpec, PostgresSpec, RedisSpec},
};

/// Longest name of a forum: the names of what belongs to it are made from it.
pub const MAX_NAME_LENGTH: usize = 40;

/// Image of the services for new forums. Kubernetes writes it into the object, so that a later version of this
/// definition changes no forum that exists.
pub const DEFAULT_IMAGE: &str = concat!(
    "ghcr.io/folkmoot/folkmoot-services:",
    env!("CARGO_PKG_VERSION")
);

fn default_image() -> String {
    DEFAULT_IMAGE.to_owned()
}

/// A discussion platform: forums, chat, presence, notifications and files behind one address.
#[derive(CustomResource, Debug, Clone, PartialEq, Serialize, Deserialize, KubeSchema)]
#[kube(
    group = "folkmoot.dev",
    version = "v1alpha1",
    kind = "ForumInstance",
    plural = "foruminstances",
    singular = "foruminstance",
    shortname = "forum",
    shortname = "forums",
    category = "folkmoot",
    namespaced,
    status = "ForumInstanceStatus",
    derive = "PartialEq",
    doc = "A discussion platform: forums, chat, presence, notifications and files behind one address.",
    validation = Rule::new("self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')")
        .message("metadata.name must begin with a letter and hold only lower-case letters, digits and -, because Services are named after it"),
    validation = Rule::new("self.metadata.name.size() <= 40")
        .message("metadata.name must be at most 40 characters long, because Services are named after it"),
    scale(
        spec_replicas_path = ".spec.chat.replicas",
        status_replicas_path = ".status.chat.replicas",
        label_selector_path = ".status.chat.selector"
    ),
    printcolumn(name = "Ready", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].status"),
    printcolumn(name = "URL", type_ = "string", json_path = ".status.url"),
    printcolumn(name = "Chat", type_ = "integer", json_path = ".status.chat.readyReplicas", description = "Chat pods that are ready"),
    printcolumn(name = "Sockets", type_ = "integer", json_path = ".status.chat.sockets"),
    printcolumn(name = "Version", type_ = "string", json_path = ".status.version"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(name = "Reason", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].reason", priority = "1"),
    printcolumn(name = "Message", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].message", priority = "1"),
    printcolumn(name = "Paused", type_ = "boolean", json_path = ".spec.paused", priority = "1"),
    printcolumn(name = "Image", type_ = "string", json_path = ".spec.image", priority = "1")
)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("!(has(self.edge) && (has(self.edge.ingress) || has(self.edge.gateway))) || has(self.host)")
        .message("host must be set with edge.ingress and edge.gateway, which route by it"),
    validation = Rule::new("!has(self.scheme) || self.scheme != 'https' || has(self.host)")
        .message("host must be set with scheme https"),
    validation = Rule::new("!(has(self.edge) && (has(self.edge.ingress) || has(self.edge.gateway)) && has(self.host)) || !self.host.matches('^[0-9.]+(:[0-9]+)?$')")
        .message("host must be a name and no address with edge.ingress and edge.gateway, which route by it"),
    validation = Rule::new("!(has(self.edge) && has(self.edge.ingress) && has(self.edge.ingress.tlsSecretName)) || !has(self.scheme) || self.scheme == 'https'")
        .message("scheme must be https with edge.ingress.tlsSecretName"),
    validation = Rule::new("!(has(self.auth) && has(self.auth.emailVerification) && self.auth.emailVerification == 'required') || has(self.mail)")
        .message("mail must be set with auth.emailVerification required, or nobody could prove an address"),
    validation = Rule::new("!(has(self.edge) && has(self.edge.nginx) && has(self.edge.nginx.forwardAuth) && self.edge.nginx.forwardAuth) || !has(self.auth) || !has(self.auth.mode) || self.auth.mode == 'required'")
        .message("auth.mode must be required with edge.nginx.forwardAuth, which asks about tokens")
)]
pub struct ForumInstanceSpec {
    /// Image of the services. A new one is rolled out in waves, after its migrations.
    #[schemars(schema_with = "schema::image")]
    #[serde(default = "default_image")]
    pub image: String,
    /// When the image is pulled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_pull_policy: Option<ImagePullPolicy>,
    /// Secrets with which images are pulled.
    #[schemars(length(max = 10))]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["name".into()]))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub image_pull_secrets: Vec<ImagePullSecret>,
    /// Name, and port if it is not the scheme's own, at which browsers reach the forum, for example
    /// `forum.example.org`. Not set means `localhost:8080`, where `kubectl port-forward` ends.
    #[schemars(schema_with = "schema::host")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// How browsers address the forum. Not set means https when `host` is set, else http.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<Scheme>,
    /// Stop changing anything, except this object's status.
    #[serde(default)]
    pub paused: bool,
    /// Who may come in.
    #[serde(default)]
    pub auth: AuthSpec,
    /// How mail is sent. Not set means that mails are written to files in identity's pod, where only an administrator
    /// finds them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailSpec>,
    /// What stands in front of the services.
    #[serde(default)]
    pub edge: EdgeSpec,
    /// The SQL database.
    #[serde(default)]
    pub postgres: PostgresSpec,
    /// Fan-out between replicas, presence and limits.
    #[serde(default)]
    pub redis: RedisSpec,
    /// Events between services.
    #[serde(default)]
    pub nats: NatsSpec,
    /// Where uploaded files are.
    #[serde(default)]
    pub object_storage: ObjectStorageSpec,
    /// Accounts, sessions and tokens.
    #[serde(default)]
    pub identity: ComponentSpec,
    /// Threads, comments and their moderation.
    #[serde(default)]
    pub discussion: ComponentSpec,
    /// Activity streams and the home feed.
    #[serde(default)]
    pub feed: ComponentSpec,
    /// Rooms, messages and their sockets.
    #[serde(default)]
    pub chat: ChatSpec,
    /// Who is online, who is typing.
    #[serde(default)]
    pub presence: ComponentSpec,
    /// What a member should know.
    #[serde(default)]
    pub notification: ComponentSpec,
    /// Uploads and downloads.
    #[serde(default)]
    pub file: ComponentSpec,
    /// The web application.
    #[serde(default)]
    pub web: ComponentSpec,
    /// What is made for a monitoring system.
    #[serde(default)]
    pub monitoring: MonitoringSpec,
}

/// When an image is pulled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ImagePullPolicy {
    /// Each time a pod starts.
    Always,
    /// When the node does not have it.
    IfNotPresent,
    /// Never.
    Never,
}

/// A Secret with which images are pulled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImagePullSecret {
    /// Name of the Secret.
    #[schemars(schema_with = "schema::object_name")]
    pub name: String,
}

/// What is made for a monitoring system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct MonitoringSpec {
    /// Make a ServiceMonitor where the cluster knows that kind.
    pub service_monitor: bool,
    /// Namespace whose pods may read the metrics; any when not set.
    #[schemars(schema_with = "schema::namespace")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}
