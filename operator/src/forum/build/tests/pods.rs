//! The pods of the services.

use std::collections::BTreeSet;

use clap::{Args as _, Command};
use folkmoot_common::{ServiceName, config::Settings, health::Part as Health};
use serde_json::{Value, json};

use super::fixtures;
use crate::forum::build::{OWNED_VARIABLES, Part};

fn template(spec: &Value, service: ServiceName) -> Value {
    let key = format!("Deployment/{}", Part::Service(service).object_name("demo"));
    fixtures::by_name(spec).remove(&key).expect("a Deployment")["spec"]["template"].clone()
}

fn names(template: &Value) -> Vec<String> {
    let variables = template["spec"]["containers"][0]["env"]
        .as_array()
        .expect("variables");
    variables
        .iter()
        .map(|variable| variable["name"].as_str().expect("a name").to_owned())
        .collect()
}

/// Parses the variables as the service does; those from Secrets are left out.
fn settings(template: &Value) -> Settings {
    let variables = template["spec"]["containers"][0]["env"]
        .as_array()
        .expect("variables");
    let words = variables.iter().filter_map(|variable| {
        let name = variable["name"].as_str()?.to_lowercase().replace('_', "-");
        Some([format!("--{name}"), variable["value"].as_str()?.to_owned()])
    });
    let known = Settings::augment_args(Command::new("folkmoot"));
    let known: BTreeSet<_> = known
        .get_arguments()
        .filter_map(|known| known.get_long())
        .map(|long| format!("--{long}"))
        .collect();
    let words: Vec<String> = words
        .filter(|[flag, _]| known.contains(flag))
        .flatten()
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    folkmoot_common::config::parse_args(&words).expect("settings")
}

#[test]
fn the_services_take_the_variables() {
    for (forum, spec) in fixtures::all() {
        for service in ServiceName::ALL {
            let settings = settings(&template(&spec, service));
            assert_eq!(settings.validate(), Ok(()), "{forum}: {service}");
            assert_eq!(settings.port, Some(service.port()), "{forum}: {service}");
            assert_eq!(settings.admin_port, Some(9090), "{forum}: {service}");
            assert!(settings.public_url.is_some(), "{forum}: {service}");
        }
    }
}

#[test]
fn proxies_in_front_of_the_edge_are_counted() {
    let mut spec = fixtures::minimal();
    spec["edge"] = json!({"nginx": {}, "proxiesInFront": 2});
    let settings = settings(&template(&spec, ServiceName::Chat));
    assert_eq!(settings.trusted_proxies, 3);
}

#[test]
fn a_service_gets_what_it_uses_and_no_more() {
    let everywhere = [
        "ADMIN_PORT",
        "DATA_DIR",
        "HOST",
        "INSTANCE",
        "LOG_FORMAT",
        "MALLOC_ARENA_MAX",
        "PORT",
        "PUBLIC_URL",
        "SHUTDOWN_GRACE_SECONDS",
        "TRUSTED_PROXIES",
    ];
    let shared: BTreeSet<_> = everywhere.map(str::to_owned).into();
    for (service, expected) in [
        (
            ServiceName::Identity,
            "DATABASE_URL MINIO_ACCESS_KEY MINIO_BUCKET MINIO_ENDPOINT MINIO_SECRET_KEY NATS_URL PASSWORD_HASH_CONCURRENCY REDIS_URL REGISTRATION",
        ),
        (
            ServiceName::Chat,
            "ADMIN_TOKEN DATABASE_URL JWKS_URL MINIO_ACCESS_KEY MINIO_BUCKET MINIO_ENDPOINT MINIO_SECRET_KEY NATS_URL REDIS_URL",
        ),
        (ServiceName::Presence, "JWKS_URL REDIS_URL"),
        (
            ServiceName::Notification,
            "DATABASE_URL JWKS_URL MINIO_ACCESS_KEY MINIO_BUCKET MINIO_ENDPOINT MINIO_SECRET_KEY NATS_URL REDIS_URL",
        ),
        (
            ServiceName::Discussion,
            "DATABASE_URL JWKS_URL MINIO_ACCESS_KEY MINIO_BUCKET MINIO_ENDPOINT MINIO_SECRET_KEY NATS_URL REDIS_URL",
        ),
        (
            ServiceName::Feed,
            "DATABASE_URL JWKS_URL NATS_URL REDIS_URL",
        ),
        (
            ServiceName::File,
            "DATABASE_URL JWKS_URL MINIO_ACCESS_KEY MINIO_BUCKET MINIO_ENDPOINT MINIO_SECRET_KEY NATS_URL REDIS_URL",
        ),
        (ServiceName::Web, "JWKS_URL"),
    ] {
        let names: BTreeSet<_> = names(&template(&fixtures::minimal(), service))
            .into_iter()
            .collect();
        let own: Vec<_> = names.difference(&shared).map(String::as_str).collect();
        assert_eq!(own.join(" "), expected, "{service}");
        assert!(shared.is_subset(&names), "{service}");
    }
}

#[test]
fn every_variable_of_ours_is_refused_to_users_and_none_besides() {
    let mut set = BTreeSet::new();
    for (_, mut spec) in fixtures::all() {
        for service in ServiceName::ALL {
            spec[service.as_str()]["podTemplate"]["env"] = json!([]);
            set.extend(names(&template(&spec, service)));
        }
    }
    let free = ["MALLOC_ARENA_MAX", "PASSWORD_HASH_CONCURRENCY"];
    let owned = OWNED_VARIABLES.into_iter().chain(free);
    assert_eq!(set, owned.map(str::to_owned).collect());
}

#[test]
fn what_is_only_a_default_gives_way() {
    let env = json!([{"name": "PASSWORD_HASH_CONCURRENCY", "value": "9"}]);
    let spec = json!({"identity": {"podTemplate": {"env": env}}});
    let names = names(&template(&spec, ServiceName::Identity));
    let given = names
        .iter()
        .filter(|name| *name == "PASSWORD_HASH_CONCURRENCY");
    assert_eq!(given.count(), 1);
}

#[test]
fn variables_are_sorted_and_the_users_come_after_ours_as_they_were_written() {
    let users = json!([{"name": "Z", "value": "$(PORT)"}, {"name": "A", "value": "$(Z)"}]);
    let spec = json!({"web": {"podTemplate": {"env": users}}});
    let names = names(&template(&spec, ServiceName::Web));
    let (ours, theirs) = names.split_at(names.len() - 2);
    assert!(ours.is_sorted(), "{ours:?}");
    assert_eq!(theirs, ["Z", "A"]);
}

#[test]
fn the_open_mode_is_on_only_where_it_is_asked_for() {
    let open = json!({"auth": {"mode": "open", "allowOpen": true}});
    for service in ServiceName::ALL {
        let variable = |spec: &Value, name| {
            fixtures::variable(&template(spec, service), name).map(|it| it["value"].clone())
        };
        assert_eq!(variable(&fixtures::minimal(), "AUTH"), None);
        assert_eq!(
            variable(&json!({"auth": {"allowOpen": true}}), "AUTH"),
            None
        );
        assert_eq!(variable(&open, "AUTH"), Some(json!("open")));
        assert_eq!(variable(&open, "AUTH_ALLOW_OPEN"), Some(json!("yes")));
    }
}

#[test]
fn only_identity_sends_mail_and_everybody_knows_what_is_public() {
    for service in ServiceName::ALL {
        let (guarded, minimal) = (fixtures::guarded(), fixtures::minimal());
        let variable =
            |spec: &Value, name| fixtures::variable(&template(spec, service), name).cloned();
        for name in ["EMAIL_VERIFICATION", "MAIL_FROM", "SMTP_URL", "PUBLIC_READ"] {
            assert_eq!(variable(&minimal, name), None, "{service}: {name}");
        }
        let public = variable(&guarded, "PUBLIC_READ").expect("a variable");
        assert_eq!(public["value"], "no", "{service}");
        let of_mail =
            ["EMAIL_VERIFICATION", "MAIL_FROM", "SMTP_URL"].map(|name| variable(&guarded, name));
        if service != ServiceName::Identity {
            assert_eq!(of_mail, [None, None, None], "{service}");
            continue;
        }
        let [verification, from, url] = of_mail.map(Option::unwrap_or_default);
        assert_eq!(verification["value"], "required");
        assert_eq!(from["value"], "Our forum <forum@example.org>");
        let key = json!({"name": "mail", "key": "url"});
        assert_eq!(url["valueFrom"], json!({"secretKeyRef": key}));
    }
}

#[test]
fn only_identity_has_the_signing_keys() {
    for service in ServiceName::ALL {
        let template = template(&fixtures::minimal(), service);
        let is_identity = service == ServiceName::Identity;
        assert_eq!(
            template.to_string().contains("demo-signing-keys"),
            is_identity,
            "{service}"
        );
        if is_identity {
            let mounts = template["spec"]["containers"][0]["volumeMounts"]
                .as_array()
                .expect("mounts")
                .clone();
            let keys = mounts
                .iter()
                .find(|mount| mount["name"] == "keys")
                .expect("a mount");
            assert_eq!(
                *keys,
                json!({"name": "keys", "mountPath": "/data/keys", "readOnly": true})
            );
        }
    }
}

#[test]
fn an_outage_that_a_service_survives_takes_no_pod_away_and_what_another_pod_might_have_does() {
    let template = template(&fixtures::minimal(), ServiceName::Chat);
    let probe = &template["spec"]["containers"][0]["readinessProbe"]["httpGet"];
    let path = probe["path"].as_str().expect("a path");
    let query = path.strip_prefix("/readyz?").expect("a query");
    let excluded: BTreeSet<_> = query
        .split('&')
        .map(|word| word.strip_prefix("exclude=").expect("a part"))
        .collect();
    let survived = [
        Health::Database,
        Health::Nats,
        Health::Objects,
        Health::PubSub,
        Health::Redis,
    ];
    assert_eq!(excluded, survived.map(Health::as_str).into());
    assert_eq!(probe["port"], "admin");
}

#[test]
fn a_pod_has_time_to_leave() {
    for (drain, expected) in [(0, 15), (20, 35), (3600, 3615)] {
        let spec = json!({"chat": {"drainSeconds": drain}});
        let pod = &template(&spec, ServiceName::Chat)["spec"];
        assert_eq!(pod["terminationGracePeriodSeconds"], expected);
        assert_eq!(
            pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"],
            5
        );
        let grace = template(&spec, ServiceName::Chat);
        let grace = fixtures::variable(&grace, "SHUTDOWN_GRACE_SECONDS").expect("a variable");
        assert_eq!(grace["value"], drain.to_string());
    }
}
