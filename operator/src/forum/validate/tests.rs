use folkmoot_common::config::{Settings, parse_args};
use folkmoot_crds::condition;
use serde_json::{Value, json};

use super::{instance, public_url, referenced_config_maps, referenced_secrets, validate};
use crate::forum::{
    build::fixtures,
    reasons::REASONS,
    references::{References, SecretDigest},
};

/// What is wrong with a forum that finds everything it points at.
fn problems(spec: &Value) -> Vec<String> {
    problems_with(spec, |_| ())
}

fn problems_with(spec: &Value, change: impl FnOnce(&mut References)) -> Vec<String> {
    let forum = fixtures::forum(spec);
    let mut references = fixtures::found(&forum);
    change(&mut references);
    let problems = validate(&forum, &references).err().unwrap_or_default();
    for problem in &problems {
        let speaks_of = |condition| {
            condition == problem.condition
                || condition == "*" && problem.condition != condition::DEGRADED
        };
        let known = REASONS
            .iter()
            .any(|known| known.reason == problem.reason && speaks_of(known.condition));
        assert!(known, "{problem:?} is not in the table of reasons");
    }
    let problems = problems.into_iter();
    problems
        .map(|problem| {
            format!(
                "{}={}: {}",
                problem.condition, problem.reason, problem.message
            )
        })
        .collect()
}

#[test]
fn what_the_samples_say_is_fine() {
    for (name, spec) in fixtures::all() {
        assert_eq!(problems(&spec), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn a_wrong_spec_is_refused_with_the_name_of_the_field() {
    let env =
        |name: &str| json!({"chat": {"podTemplate": {"env": [{"name": name, "value": "x"}]}}});
    for (spec, named) in [
        (json!({"image": "Not An Image"}), "image \"Not An Image\""),
        (
            json!({"edge": {"nginx": {"image": "a:b:c"}}}),
            "edge.nginx.image \"a:b:c\"",
        ),
        (
            json!({"postgres": {"managed": {"image": "/"}}}),
            "postgres.managed.image",
        ),
        (
            json!({"redis": {"managed": {"image": "/"}}}),
            "redis.managed.image",
        ),
        (
            json!({"nats": {"managed": {"image": "/"}}}),
            "nats.managed.image",
        ),
        (
            json!({"objectStorage": {"managed": {"image": "/"}}}),
            "objectStorage.managed.image",
        ),
        (
            json!({"scheme": "https"}),
            "host must be set with scheme https",
        ),
        (
            json!({"edge": {"ingress": {}}}),
            "host must be set with edge.ingress",
        ),
        (
            json!({"edge": {"gateway": {"parentRefs": [{"name": "g"}]}}}),
            "host must be set with edge.ingress",
        ),
        (
            json!({"host": "forum.example.org:0"}),
            "host \"forum.example.org:0\" has a port",
        ),
        (
            json!({"host": "forum.example.org:65536"}),
            "host \"forum.example.org:65536\" has a port",
        ),
        (
            json!({"host": "forum..example.org"}),
            "host \"forum..example.org\" is no name",
        ),
        (json!({"host": "forum.example.org; evil"}), "is no name"),
        (json!({"host": "-forum.example.org"}), "is no name"),
        (json!({"host": "Forum.example.org"}), "is no name"),
        (
            json!({"host": "10.0.0.1", "edge": {"ingress": {}}}),
            "must be a name",
        ),
        (
            json!({"edge": {"nginx": {}, "ingress": {}}, "host": "a.org"}),
            "edge: set exactly one",
        ),
        (json!({"edge": {}}), "edge: set exactly one"),
        (json!({"postgres": {}}), "postgres: set exactly one"),
        (
            json!({"redis": {"managed": {}, "external": {"url": {"name": "a", "key": "url"}}}}),
            "redis: set exactly one",
        ),
        (json!({"nats": {}}), "nats: set exactly one"),
        (
            json!({"objectStorage": {}}),
            "objectStorage: set exactly one",
        ),
        (
            json!({"objectStorage": {"external": {}}}),
            "objectStorage.external: set exactly one",
        ),
        (json!({"auth": {"mode": "open"}}), "auth.allowOpen"),
        (
            json!({"auth": {"mode": "open", "allowOpen": true}, "edge": {"nginx": {"forwardAuth": true}}}),
            "auth.mode must be required with edge.nginx.forwardAuth",
        ),
        (
            json!({"auth": {"emailVerification": "required"}}),
            "mail must be set with auth.emailVerification required",
        ),
        (
            json!({"mail": {"from": "a@b.org\nBcc: all@b.org", "smtp": {"url": {"name": "mail", "key": "url"}}}}),
            "mail.from \"a@b.org\\nBcc: all@b.org\" is no address",
        ),
        (json!({"chat": {"replicas": 101}}), "chat.replicas"),
        (json!({"chat": {"drainSeconds": -1}}), "chat.drainSeconds"),
        (
            json!({"chat": {"autoscaling": {"minReplicas": 3, "maxReplicas": 2}}}),
            "chat.autoscaling.minReplicas",
        ),
        (json!({"web": {"replicas": -1}}), "web.replicas"),
        (
            json!({"edge": {"nginx": {"replicas": 101}}}),
            "edge.nginx.replicas",
        ),
        (
            env("DATABASE_URL"),
            "chat.podTemplate.env \"DATABASE_URL\": the operator sets",
        ),
        (
            env("AUTH"),
            "chat.podTemplate.env \"AUTH\": the operator sets",
        ),
        (env("AUTH_ALLOW_OPEN"), "the operator sets"),
        (env("ADMIN_TOKEN"), "the operator sets"),
        (env("SMTP_URL"), "the operator sets"),
        (env("1X"), "that is no name"),
        (env("A=B"), "that is no name"),
        (env(""), "that is no name"),
        (
            json!({"web": {"podTemplate": {"env": [{"name": "LOG", "value": "a"}, {"name": "LOG", "value": "b"}]}}}),
            "web.podTemplate.env \"LOG\": the variable is set twice",
        ),
        (
            json!({"web": {"podTemplate": {"env": [
                {"name": "LOG", "value": "a", "valueFrom": {"secretKeyRef": {"name": "extra", "key": "token"}}},
            ]}}}),
            "set only one of value and valueFrom",
        ),
    ] {
        let problems = problems(&spec);
        assert_eq!(problems.len(), 1, "{spec}: {problems:?}");
        assert!(
            problems[0].starts_with("Degraded=InvalidSpec: "),
            "{spec}: {problems:?}"
        );
        assert!(problems[0].contains(named), "{spec}: {problems:?}");
    }
}

#[test]
fn nginx_has_its_own_variables() {
    let spec =
        json!({"edge": {"nginx": {"podTemplate": {"env": [{"name": "HOST", "value": "x"}]}}}});
    assert_eq!(problems(&spec), Vec::<String>::new());
}

#[test]
fn names_of_which_no_service_could_be_made_are_refused() {
    for name in [
        "",
        "1demo",
        "Demo",
        "demo.example",
        "demo-",
        &"a".repeat(41),
        "demo\n",
    ] {
        let mut forum = fixtures::forum(&json!({}));
        forum.metadata.name = Some(name.to_owned());
        let found = fixtures::found(&forum);
        let problems = validate(&forum, &found).expect_err("a problem");
        assert!(
            problems[0].message.contains("metadata.name"),
            "{name}: {problems:?}"
        );
    }
}

#[test]
fn a_forum_that_is_not_stored_yet_cannot_be_owned() {
    let mut forum = fixtures::forum(&json!({}));
    forum.metadata.uid = None;
    assert_eq!(
        validate(&forum, &fixtures::found(&forum))
            .expect_err("a problem")
            .len(),
        1
    );
}

#[test]
fn what_a_store_points_at_must_be_there() {
    let gone = |name: &'static str| {
        move |references: &mut References| _ = references.secrets.insert(name.to_owned(), None)
    };
    let empty = |name: &'static str| {
        move |references: &mut References| {
            references
                .secrets
                .insert(name.to_owned(), Some(SecretDigest::default()));
        }
    };
    let spec = fixtures::external();
    for (name, expected) in [
        (
            "cluster-app",
            ["PostgresReady=SecretNotFound: there is no Secret \"cluster-app\", which postgres.external.url names"].as_slice(),
        ),
        ("valkey", &["RedisReady=SecretNotFound: there is no Secret \"valkey\", which redis.external.url names"]),
        ("nats-app", &["NatsReady=SecretNotFound: there is no Secret \"nats-app\", which nats.external.url names"]),
        (
            "bucket-user",
            &[
                "ObjectStorageReady=SecretNotFound: there is no Secret \"bucket-user\", which objectStorage.external.s3.accessKey names",
                "ObjectStorageReady=SecretNotFound: there is no Secret \"bucket-user\", which objectStorage.external.s3.secretKey names",
            ],
        ),
    ] {
        assert_eq!(problems_with(&spec, gone(name)), expected);
        assert_eq!(problems_with(&spec, |references| _ = references.secrets.remove(name)), expected);
    }
    assert_eq!(
        problems_with(&spec, empty("cluster-app")),
        [
            "PostgresReady=SecretKeyNotFound: the Secret \"cluster-app\" has no key \"uri\", which postgres.external.url names"
        ]
    );
    assert_eq!(
        problems_with(&fixtures::guarded(), gone("mail")),
        ["Degraded=SecretNotFound: there is no Secret \"mail\", which mail.smtp.url names"]
    );
    assert_eq!(
        problems_with(&fixtures::guarded(), empty("mail")),
        [
            "Degraded=SecretKeyNotFound: the Secret \"mail\" has no key \"url\", which mail.smtp.url names"
        ]
    );
    let url = fixtures::gateway();
    assert_eq!(
        problems_with(&url, gone("bucket")),
        [
            "ObjectStorageReady=SecretNotFound: there is no Secret \"bucket\", which objectStorage.external.url names"
        ]
    );
}

#[test]
fn the_forums_own_secrets_must_have_what_pods_use() {
    let without = |name: &'static str, key: &'static str| {
        problems_with(&fixtures::minimal(), |references| {
            let keys = references.secrets.get_mut(name).expect("a Secret").as_mut();
            keys.expect("keys").0.remove(key);
        })
    };
    let end = "; deleted, the Secret is made anew";
    for (name, key, condition) in [
        ("demo-admin", "token", "Degraded"),
        ("demo-postgres", "uri", "PostgresReady"),
        ("demo-redis", "password", "RedisReady"),
        ("demo-nats", "user", "NatsReady"),
        ("demo-objects", "secret-key", "ObjectStorageReady"),
    ] {
        let expected =
            format!("{condition}=SecretKeyNotFound: the Secret {name:?} has no key {key:?}{end}");
        assert_eq!(without(name, key), [expected]);
    }
    let keys = without("demo-signing-keys", "signing-key.pem");
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert_eq!(without("demo-postgres", "port"), Vec::<String>::new());
    let gone = problems_with(&fixtures::minimal(), |references| {
        _ = references.secrets.remove("demo-redis")
    });
    assert_eq!(
        gone,
        [format!(
            "RedisReady=SecretNotFound: there is no Secret \"demo-redis\"{end}"
        )]
    );
}

#[test]
fn what_a_variable_comes_from_must_be_there_unless_it_is_optional() {
    let with = |source: Value| json!({"file": {"podTemplate": {"env": [{"name": "X", "valueFrom": source}]}}});
    let nothing = |references: &mut References| {
        references.secrets.insert("s".to_owned(), None);
        references
            .config_maps
            .insert("c".to_owned(), Some(SecretDigest::default()));
    };
    assert_eq!(
        problems_with(
            &with(json!({"secretKeyRef": {"name": "s", "key": "k"}})),
            nothing
        ),
        [
            "Degraded=SecretNotFound: there is no Secret \"s\", which file.podTemplate.env \"X\" names"
        ]
    );
    assert_eq!(
        problems_with(
            &with(json!({"configMapKeyRef": {"name": "c", "key": "k"}})),
            nothing
        ),
        [
            "Degraded=ConfigMapKeyNotFound: the ConfigMap \"c\" has no key \"k\", which file.podTemplate.env \"X\" names"
        ]
    );
    for source in ["secretKeyRef", "configMapKeyRef"] {
        let optional = with(json!({source: {"name": "s", "key": "k", "optional": true}}));
        assert_eq!(
            problems_with(&optional, nothing),
            Vec::<String>::new(),
            "{source}"
        );
    }
    // Kubernetes knows these without us.
    let own = with(json!({"fieldRef": {"fieldPath": "metadata.name"}}));
    assert_eq!(problems_with(&own, nothing), Vec::<String>::new());
}

#[test]
fn all_problems_are_said_at_once() {
    let spec = json!({
        "image": "?",
        "auth": {"mode": "open"},
        "postgres": {"external": {"url": {"name": "db", "key": "uri"}}},
        "nats": {"external": {"url": {"name": "bus", "key": "missing"}}},
    });
    let problems = problems_with(&spec, |references| _ = references.secrets.remove("db"));
    let of = |condition: &str| {
        problems
            .iter()
            .filter(|problem| problem.starts_with(condition))
            .count()
    };
    assert_eq!(
        (
            of(condition::DEGRADED),
            of(condition::POSTGRES_READY),
            of(condition::NATS_READY)
        ),
        (2, 1, 1)
    );
}

#[test]
fn a_gateway_needs_its_kind_and_a_monitor_does_without() {
    let without = |references: &mut References| {
        references.platform.http_route = false;
        references.platform.service_monitor = false;
    };
    let problems = problems_with(&fixtures::gateway(), without);
    assert_eq!(problems.len(), 1);
    assert!(
        problems[0].starts_with("Degraded=GatewayApiMissing: edge.gateway "),
        "{problems:?}"
    );
    let monitored = json!({"monitoring": {"serviceMonitor": true}});
    assert_eq!(problems_with(&monitored, without), Vec::<String>::new());
}

#[test]
fn the_address_follows_from_host_and_scheme() {
    for (spec, expected) in [
        (json!({}), "http://localhost:8080"),
        (json!({"scheme": "http"}), "http://localhost:8080"),
        (
            json!({"host": "forum.example.org"}),
            "https://forum.example.org",
        ),
        (
            json!({"host": "forum.example.org:8443"}),
            "https://forum.example.org:8443",
        ),
        (
            json!({"host": "forum.local", "scheme": "http"}),
            "http://forum.local",
        ),
    ] {
        assert_eq!(public_url(&fixtures::forum(&spec).spec), expected);
    }
}

#[test]
fn instances_are_what_the_services_take_and_differ_between_forums() {
    let long = "a".repeat(40);
    let names = [
        ("talk", "demo"),
        ("talk", "demo2"),
        ("other", "demo"),
        ("talk-demo", "x"),
        ("talk", &long),
    ];
    let mut seen = std::collections::BTreeSet::new();
    for (namespace, name) in names {
        let instance = instance(namespace, name);
        let settings: Settings = parse_args(&["--instance", &instance]).expect("settings");
        assert_eq!(settings.validate(), Ok(()), "{instance}");
        assert!(seen.insert(instance));
    }
    // It names data in shared servers, so it never changes.
    assert_eq!(instance("talk", "demo"), INSTANCE_OF_DEMO);
}

const INSTANCE_OF_DEMO: &str = "demo-9b579230";

#[test]
fn every_secret_and_config_map_of_a_spec_is_found() {
    let names = |spec: &Value| {
        let forum = fixtures::forum(spec);
        (referenced_secrets(&forum), referenced_config_maps(&forum))
    };
    assert_eq!(names(&fixtures::minimal()), (Vec::new(), Vec::new()));
    assert_eq!(
        names(&fixtures::external()).0,
        ["bucket-user", "cluster-app", "nats-app", "valkey"]
    );
    assert_eq!(
        names(&fixtures::everything()),
        (vec!["extra".to_owned()], vec!["colours".to_owned()])
    );
    assert_eq!(names(&fixtures::gateway()).0, ["bucket"]);
}
