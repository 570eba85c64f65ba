//! The variables of the services.

use std::collections::BTreeMap;

use folkmoot_common::ServiceName;
use folkmoot_crds::{AuthMode, EmailVerification, Registration, SecretKeyRef};
use k8s_openapi::api::core::v1::{EnvVar, EnvVarSource, SecretKeySelector};

use super::{part::Part, ports};
use crate::forum::{
    generate::GeneratedSecret,
    validate::{ObjectStore, Store, ValidatedForum},
};

/// Where the services keep what may be lost with the pod.
pub(super) const DATA_DIR: &str = "/data";
/// Bucket of the managed object store.
pub(super) const BUCKET: &str = "folkmoot";

/// Every variable that the operator sets on some service: users cannot.
pub(in crate::forum) const OWNED: [&str; 26] = folkmoot_crds::RESERVED_ENV;

/// The stores that a service uses. It gets the addresses and passwords of no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a row of a table")]
pub(super) struct Uses {
    pub(super) postgres: bool,
    pub(super) redis: bool,
    pub(super) nats: bool,
    pub(super) objects: bool,
}

/// What `service` uses.
pub(super) const fn uses(service: ServiceName) -> Uses {
    let (postgres, redis, nats, objects) = match service {
        // What they keep of somebody goes into the object store when that somebody asks for it.
        ServiceName::Identity
        | ServiceName::Chat
        | ServiceName::Notification
        | ServiceName::File
        | ServiceName::Discussion => (true, true, true, true),
        ServiceName::Feed => (true, true, true, false),
        ServiceName::Presence => (false, true, false, false),
        ServiceName::Web => (false, false, false, false),
    };
    Uses {
        postgres,
        redis,
        nats,
        objects,
    }
}

/// Seconds that a service gets for letting its sockets and requests end.
pub(super) fn grace_seconds(forum: &ValidatedForum, service: ServiceName) -> i32 {
    match service {
        ServiceName::Chat => forum.drain_seconds,
        // They have sockets.
        ServiceName::Notification | ServiceName::Discussion | ServiceName::Feed => 10,
        _ => 5,
    }
}

/// The variables of `service`: ours sorted by name, then the user's in their order, so that theirs may refer to ours.
pub(super) fn service(forum: &ValidatedForum, service: ServiceName) -> Vec<EnvVar> {
    let mut variables = Variables::default();
    server(&mut variables, forum, service);
    stores(&mut variables, forum, uses(service));
    who_may_come_in(&mut variables, forum, service);
    let users = forum.components.get(&service);
    let users = users.map(|component| component.pod_template.env.clone());
    let users = users.unwrap_or_default();
    for (name, value) in defaults(service) {
        if !users.iter().any(|variable| variable.name == *name) {
            variables.set(name, value);
        }
    }
    variables.sorted().into_iter().chain(users).collect()
}

/// What users may set otherwise. Both would grow with the processors of the node, which may have many, and not with the
/// memory that the pod may take.
const fn defaults(service: ServiceName) -> &'static [(&'static str, &'static str)] {
    match service {
        ServiceName::Identity => &[
            ("MALLOC_ARENA_MAX", "4"),
            ("PASSWORD_HASH_CONCURRENCY", "4"),
        ],
        _ => &[("MALLOC_ARENA_MAX", "4")],
    }
}

fn server(variables: &mut Variables, forum: &ValidatedForum, service: ServiceName) {
    variables.set("ADMIN_PORT", &ports::ADMIN.to_string());
    variables.set("DATA_DIR", DATA_DIR);
    variables.set("HOST", "0.0.0.0");
    variables.set("INSTANCE", &forum.instance);
    variables.set("LOG_FORMAT", "json");
    variables.set("PORT", &service.port().to_string());
    variables.set("PUBLIC_URL", &forum.public_url);
    variables.set(
        "SHUTDOWN_GRACE_SECONDS",
        &grace_seconds(forum, service).to_string(),
    );
    variables.set("TRUSTED_PROXIES", &forum.trusted_proxies.to_string());
}

fn stores(variables: &mut Variables, forum: &ValidatedForum, uses: Uses) {
    if uses.postgres {
        variables.refer("DATABASE_URL", &database(forum));
    }
    if uses.redis {
        variables.refer(
            "REDIS_URL",
            &url(forum, &forum.redis, GeneratedSecret::Redis),
        );
    }
    if uses.nats {
        variables.refer("NATS_URL", &url(forum, &forum.nats, GeneratedSecret::Nats));
    }
    if uses.objects {
        objects(variables, forum);
    }
}

/// The key of the Secret with the database's URL.
pub(super) fn database(forum: &ValidatedForum) -> SecretKeyRef {
    url(forum, &forum.postgres, GeneratedSecret::Postgres)
}

fn url(forum: &ValidatedForum, store: &Store, generated: GeneratedSecret) -> SecretKeyRef {
    match store {
        Store::Managed(_) => generated.key(&forum.name, "uri"),
        Store::External(key) => key.clone(),
    }
}

fn objects(variables: &mut Variables, forum: &ValidatedForum) {
    let (endpoint, bucket, access_key, secret_key) = match &forum.objects {
        ObjectStore::Url(key) => return variables.refer("OBJECT_STORE_URL", key),
        ObjectStore::Managed(_) => {
            let server = Part::Objects.object_name(&forum.name);
            (
                format!("http://{server}:{}", ports::OBJECTS),
                BUCKET,
                GeneratedSecret::Objects.key(&forum.name, "access-key"),
                GeneratedSecret::Objects.key(&forum.name, "secret-key"),
            )
        }
        ObjectStore::S3(s3) => (
            s3.endpoint.clone(),
            s3.bucket.as_str(),
            s3.access_key.clone(),
            s3.secret_key.clone(),
        ),
    };
    variables.set("MINIO_ENDPOINT", &endpoint);
    variables.set("MINIO_BUCKET", bucket);
    variables.refer("MINIO_ACCESS_KEY", &access_key);
    variables.refer("MINIO_SECRET_KEY", &secret_key);
}

fn who_may_come_in(variables: &mut Variables, forum: &ValidatedForum, service: ServiceName) {
    if forum.auth == AuthMode::Open {
        variables.set("AUTH", "open");
        variables.set("AUTH_ALLOW_OPEN", "yes");
    }
    if !forum.public_read {
        variables.set("PUBLIC_READ", "no");
    }
    if service == ServiceName::Identity {
        mail(variables, forum);
        let registration = match forum.registration {
            Registration::Open => "open",
            Registration::Closed => "closed",
        };
        variables.set("REGISTRATION", registration);
    } else {
        // Identity has the keys themselves.
        let identity = Part::Service(ServiceName::Identity).object_name(&forum.name);
        let port = ServiceName::Identity.port();
        variables.set(
            "JWKS_URL",
            &format!("http://{identity}:{port}/.well-known/jwks.json"),
        );
    }
    if service == ServiceName::Chat {
        let token = GeneratedSecret::Admin.key(&forum.name, "token");
        variables.refer("ADMIN_TOKEN", &token);
    }
}

/// How identity sends codes, and whether one is asked for.
fn mail(variables: &mut Variables, forum: &ValidatedForum) {
    if forum.email_verification == EmailVerification::Required {
        variables.set("EMAIL_VERIFICATION", "required");
    }
    if let Some(mail) = &forum.mail {
        variables.set("MAIL_FROM", &mail.from);
        variables.refer("SMTP_URL", &mail.smtp.url);
    }
}

/// A variable whose value is in a Secret.
pub(super) fn from_secret(name: &str, key: &SecretKeyRef) -> EnvVar {
    EnvVar {
        name: name.to_owned(),
        value: None,
        value_from: Some(EnvVarSource {
            secret_key_ref: Some(SecretKeySelector {
                name: key.name.clone(),
                key: key.key.clone(),
                optional: None,
            }),
            ..EnvVarSource::default()
        }),
    }
}

/// Variables by name.
#[derive(Default)]
pub(super) struct Variables(BTreeMap<String, EnvVar>);

impl Variables {
    /// A variable with a value of its own.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.add(EnvVar {
            name: name.to_owned(),
            value: Some(value.to_owned()),
            value_from: None,
        });
    }

    /// A variable whose value is in a Secret.
    pub(super) fn refer(&mut self, name: &str, key: &SecretKeyRef) {
        self.add(from_secret(name, key));
    }

    fn add(&mut self, variable: EnvVar) {
        self.0.insert(variable.name.clone(), variable);
    }

    /// In the order of their names.
    pub(super) fn sorted(self) -> Vec<EnvVar> {
        self.0.into_values().collect()
    }
}
