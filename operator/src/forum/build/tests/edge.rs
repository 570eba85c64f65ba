//! The edge sends every public address where the table says, whatever stands in front.

mod forward_auth;
mod nginx;
mod running;

use folkmoot_common::edge::TABLE;
use serde_json::{Value, json};

use super::fixtures;
use crate::forum::build::edge::nginx_config::{MAX_POST_BYTES, max_upload_bytes, render};

fn object_name(service: folkmoot_common::ServiceName) -> String {
    format!("demo-{service}")
}

#[test]
fn every_row_of_the_table_is_in_the_ingress() {
    let objects = fixtures::by_name(&fixtures::external());
    let ingress = &objects["Ingress/demo-edge"]["spec"];
    assert_eq!(ingress["ingressClassName"], "nginx");
    assert_eq!(
        ingress["tls"],
        json!([{"hosts": ["forum.example.org"], "secretName": "forum-tls"}])
    );
    assert_eq!(ingress["rules"][0]["host"], "forum.example.org");
    let expected = TABLE.iter().map(|row| {
        json!({
            "path": row.prefix,
            "pathType": "Prefix",
            "backend": {"service": {"name": object_name(row.service), "port": {"name": "http"}}},
        })
    });
    let expected: Vec<_> = expected.collect();
    assert_eq!(ingress["rules"][0]["http"]["paths"], json!(expected));
}

#[test]
fn the_ingress_lets_uploads_and_sockets_through_unless_its_annotations_say_otherwise() {
    let mut spec = fixtures::external();
    let name = "nginx.ingress.kubernetes.io/proxy-body-size";
    let annotation = |spec: &Value| {
        fixtures::by_name(spec)["Ingress/demo-edge"]["metadata"]["annotations"][name].clone()
    };
    assert_eq!(annotation(&spec), json!(MAX_POST_BYTES.to_string()));
    spec["edge"]["ingress"]["annotations"] = json!({name: "1m"});
    assert_eq!(annotation(&spec), "1m");
}

#[test]
fn every_row_of_the_table_is_in_the_http_route() {
    let objects = fixtures::by_name(&fixtures::gateway());
    let route = &objects["HTTPRoute/demo-edge"]["spec"];
    assert_eq!(route["hostnames"], json!(["forum.example.org"]));
    assert_eq!(
        route["parentRefs"],
        json!([{
            "group": "gateway.networking.k8s.io",
            "kind": "Gateway",
            "name": "public",
            "namespace": "gateways",
            "sectionName": "https",
        }])
    );
    let rules = route["rules"].as_array().expect("rules");
    assert!(rules.len() <= 16, "more than a route may have");
    for row in TABLE {
        let wanted = json!({"path": {"type": "PathPrefix", "value": row.prefix}});
        let found: Vec<_> = rules
            .iter()
            .filter(|rule| {
                rule["matches"]
                    .as_array()
                    .is_some_and(|matches| matches.contains(&wanted))
            })
            .collect();
        assert_eq!(found.len(), 1, "{}", row.prefix);
        let backend = &found[0]["backendRefs"][0];
        assert_eq!(backend["name"], object_name(row.service), "{}", row.prefix);
        assert_eq!(backend["port"], row.service.port(), "{}", row.prefix);
    }
}

#[test]
fn an_edge_of_the_cluster_needs_no_nginx() {
    for spec in [fixtures::external(), fixtures::gateway()] {
        let objects = fixtures::by_name(&spec);
        for absent in [
            "Deployment/demo-edge",
            "Service/demo-edge",
            "ConfigMap/demo-edge",
            "PodDisruptionBudget/demo-edge",
        ] {
            assert!(!objects.contains_key(absent), "{absent}");
        }
    }
}

#[test]
fn the_limit_of_a_request_is_over_that_of_a_file() {
    let with = |variable: Value| {
        let spec = json!({"file": {"podTemplate": {"env": [variable]}}});
        let forum = fixtures::validated(&spec);
        assert!(render(&forum).contains(&format!(
            "client_max_body_size {};",
            max_upload_bytes(&forum)
        )));
        max_upload_bytes(&forum)
    };
    assert_eq!(with(json!({"name": "LOG", "value": "info"})), 26 << 20);
    assert_eq!(
        with(json!({"name": "FILE_MAX_BYTES", "value": "1000"})),
        1000 + (1 << 20)
    );
    // What is not known here, or is no number, only the service can refuse.
    assert_eq!(with(json!({"name": "FILE_MAX_BYTES", "value": "many"})), 0);
    let elsewhere = json!({"configMapKeyRef": {"name": "limits", "key": "colour"}});
    assert_eq!(
        with(json!({"name": "FILE_MAX_BYTES", "valueFrom": elsewhere})),
        0
    );
    assert_eq!(
        with(json!({"name": "FILE_MAX_BYTES", "value": u64::MAX.to_string()})),
        u64::MAX
    );
}

#[test]
fn a_load_balancer_keeps_the_addresses_of_callers() {
    for (type_, policy) in [
        ("ClusterIP", Value::Null),
        ("NodePort", Value::Null),
        ("LoadBalancer", json!("Local")),
    ] {
        let spec = json!({"edge": {"nginx": {"serviceType": type_}}});
        let service = fixtures::by_name(&spec)["Service/demo-edge"]["spec"].clone();
        assert_eq!(
            (&service["type"], &service["externalTrafficPolicy"]),
            (&json!(type_), &policy)
        );
    }
}
