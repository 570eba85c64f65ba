//! The network policies, read as the network reads them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::fixtures;

/// What is allowed, as `from -> to:port`, as far as it is between parts, for pods of one forum.
fn allowed(spec: &Value) -> BTreeSet<String> {
    let objects = fixtures::built(spec);
    let policies: Vec<_> = objects
        .iter()
        .filter(|(key, _)| key.starts_with("NetworkPolicy/"))
        .map(|(_, object)| &object["spec"])
        .collect();
    let mut lines = BTreeSet::new();
    for policy in &policies {
        for rule in list(&policy["ingress"]) {
            lines.extend(of_rule(rule, "from", policy, "in"));
        }
        for rule in list(&policy["egress"]) {
            lines.extend(of_rule(rule, "to", policy, "out"));
        }
    }
    lines
}

fn of_rule(rule: &Value, field: &str, policy: &Value, direction: &str) -> Vec<String> {
    let own = part(&policy["podSelector"]);
    let ports: Vec<_> = list(&rule["ports"])
        .iter()
        .map(|port| port["port"].to_string())
        .collect();
    let ports = if ports.is_empty() {
        "any".to_owned()
    } else {
        ports.join(",")
    };
    let peers: Vec<_> = if rule[field].is_null() {
        vec!["anybody".to_owned()]
    } else {
        list(&rule[field]).iter().map(peer).collect()
    };
    let line = |peer: &String| match direction {
        "in" => format!("in {peer} -> {own}:{ports}"),
        _ => format!("out {own} -> {peer}:{ports}"),
    };
    peers.iter().map(line).collect()
}

fn peer(peer: &Value) -> String {
    if let Some(block) = peer["ipBlock"]["cidr"].as_str() {
        return block.to_owned();
    }
    if peer["podSelector"].is_object() {
        assert!(
            peer["namespaceSelector"].is_null(),
            "pods of other namespaces: {peer}"
        );
        return part(&peer["podSelector"]);
    }
    let name = &peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"];
    name.as_str()
        .map_or("namespaces".to_owned(), |name| format!("namespace {name}"))
}

fn part(selector: &Value) -> String {
    let labels = &selector["matchLabels"];
    assert_eq!(labels["app.kubernetes.io/instance"], "demo", "{selector}");
    let part = &labels["app.kubernetes.io/component"];
    part.as_str().unwrap_or("all").to_owned()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[test]
fn everything_is_denied_and_only_the_lines_of_the_picture_are_allowed() {
    let mut expected = BTreeSet::from([
        "out all -> anybody:53,53,5353,5353".to_owned(),
        "in anybody -> edge:8080".to_owned(),
    ]);
    let services = [
        ("chat", 8020, "postgres redis nats objects"),
        ("discussion", 8025, "postgres redis nats objects"),
        ("feed", 8026, "postgres redis nats"),
        ("file", 8023, "postgres redis nats objects"),
        ("identity", 8024, "postgres redis nats objects"),
        ("notification", 8022, "postgres redis nats objects"),
        ("presence", 8021, "redis"),
        ("web", 8080, ""),
    ];
    let port = |store: &str| match store {
        "postgres" => 5432,
        "redis" => 6379,
        "nats" => 4222,
        _ => 7070,
    };
    let both = |from: &str, to: &str, port: i32| {
        [
            format!("out {from} -> {to}:{port}"),
            format!("in {from} -> {to}:{port}"),
        ]
    };
    for (service, http, stores) in services {
        expected.extend(both("edge", service, http));
        expected.insert(format!("in namespace folkmoot-system -> {service}:9090"));
        expected.insert(format!("in namespaces -> {service}:9090"));
        for store in stores.split_whitespace() {
            expected.extend(both(service, store, port(store)));
        }
        if service != "identity" {
            expected.extend(both(service, "identity", 8024));
        }
    }
    expected.extend(both("migration", "postgres", 5432));
    assert_eq!(allowed(&fixtures::minimal()), expected);
}

#[test]
fn what_speaks_to_servers_of_others_may_go_anywhere_and_the_rest_may_not() {
    let lines = allowed(&fixtures::external());
    for part in [
        "chat",
        "discussion",
        "feed",
        "file",
        "identity",
        "notification",
        "presence",
        "migration",
    ] {
        for target in ["namespaces", "0.0.0.0/0", "::/0"] {
            let line = format!("out {part} -> {target}:any");
            assert!(lines.contains(&line), "{line}");
        }
    }
    assert!(
        !lines
            .iter()
            .any(|line| line.starts_with("out web -> ") && !line.contains("identity"))
    );
    for service in [
        "chat:8020",
        "discussion:8025",
        "feed:8026",
        "file:8023",
        "identity:8024",
        "notification:8022",
        "presence:8021",
        "web:8080",
    ] {
        let line = format!("in anybody -> {service}");
        assert!(lines.contains(&line), "{line}");
    }
    assert!(
        !lines
            .iter()
            .any(|line| line.starts_with("in anybody") && line.ends_with(":9090"))
    );
}

#[test]
fn only_identity_reaches_a_mail_server() {
    let (with, without) = (allowed(&fixtures::guarded()), allowed(&fixtures::minimal()));
    let new: Vec<_> = with.difference(&without).map(String::as_str).collect();
    let ways = ["0.0.0.0/0:any", "::/0:any", "namespaces:any"];
    assert_eq!(new, ways.map(|way| format!("out identity -> {way}")));
}

#[test]
fn nobody_who_may_go_anywhere_reaches_the_credentials_of_a_cloud() {
    for (name, spec) in fixtures::all() {
        for (key, object) in fixtures::built(&spec) {
            for rule in list(&object["spec"]["egress"]) {
                for peer in list(&rule["to"]) {
                    let open = peer["ipBlock"]["cidr"] == "0.0.0.0/0";
                    assert!(
                        !open || peer["ipBlock"]["except"] == json!(["169.254.0.0/16"]),
                        "{name}: {key}"
                    );
                }
            }
        }
    }
}

#[test]
fn metrics_can_be_kept_to_one_namespace() {
    let lines = allowed(&fixtures::everything());
    assert!(lines.contains("in namespace monitoring -> chat:9090"));
    assert!(!lines.iter().any(|line| line.starts_with("in namespaces")));
}

/// An empty list would mean anybody.
#[test]
fn no_rule_is_for_nobody() {
    for (name, spec) in fixtures::all() {
        for (key, object) in fixtures::built(&spec) {
            for (rules, peers) in [("ingress", "from"), ("egress", "to")] {
                for rule in list(&object["spec"][rules]) {
                    assert_ne!(rule[peers], json!([]), "{name}: {key}");
                }
            }
        }
    }
}

#[test]
fn every_policy_is_about_both_directions() {
    for (key, object) in fixtures::built(&fixtures::everything()) {
        if key.starts_with("NetworkPolicy/") {
            assert_eq!(
                object["spec"]["policyTypes"],
                json!(["Ingress", "Egress"]),
                "{key}"
            );
        }
    }
}
