//! The pieces of which policies are made.

use std::collections::BTreeMap;

use folkmoot_common::ServiceName;
use k8s_openapi::{
    api::networking::v1::{
        IPBlock, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer,
        NetworkPolicyPort,
    },
    apimachinery::pkg::{apis::meta::v1::LabelSelector, util::intstr::IntOrString},
};

use crate::forum::{
    build::{part::Part, ports},
    validate::ValidatedForum,
};

/// The label that every namespace has.
const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";
/// Addresses at which clouds hand out credentials to whoever asks.
const CLOUD_METADATA: &str = "169.254.0.0/16";

/// The port of a service.
pub(super) fn http(service: ServiceName) -> i32 {
    i32::from(service.port())
}

/// Lets `peers` in.
pub(super) fn from(peers: Vec<NetworkPolicyPeer>, ports: &[i32]) -> NetworkPolicyIngressRule {
    NetworkPolicyIngressRule {
        from: Some(peers),
        ports: Some(tcp(ports)),
    }
}

/// Lets anybody in.
pub(super) fn anybody(ports: &[i32]) -> NetworkPolicyIngressRule {
    NetworkPolicyIngressRule {
        from: None,
        ports: Some(tcp(ports)),
    }
}

/// Lets out to `peers`.
pub(super) fn to(peers: Vec<NetworkPolicyPeer>, ports: &[i32]) -> NetworkPolicyEgressRule {
    NetworkPolicyEgressRule {
        to: Some(peers),
        ports: Some(tcp(ports)),
    }
}

/// Lets out to wherever a URL may point, in the cluster and outside, but for the cloud's own addresses.
pub(super) fn anything() -> NetworkPolicyEgressRule {
    let block = |cidr: &str, except: Option<Vec<String>>| NetworkPolicyPeer {
        ip_block: Some(IPBlock {
            cidr: cidr.to_owned(),
            except,
        }),
        ..NetworkPolicyPeer::default()
    };
    NetworkPolicyEgressRule {
        to: Some(vec![
            // Some networks do not count pods among addresses.
            namespaces(BTreeMap::new()),
            block("0.0.0.0/0", Some(vec![CLOUD_METADATA.to_owned()])),
            block("::/0", None),
        ]),
        ports: None,
    }
}

/// Lets out to name servers, wherever they are: in pods, on the node, or outside. Some listen on 5353 behind their Service.
pub(super) fn name_servers() -> NetworkPolicyEgressRule {
    let numbers = [ports::DNS, ports::DNS_BEHIND_SERVICE].into_iter();
    let ports = numbers.flat_map(|number| ["TCP", "UDP"].map(|protocol| port(protocol, number)));
    NetworkPolicyEgressRule {
        to: None,
        ports: Some(ports.collect()),
    }
}

/// The pods of a part of the same forum.
pub(super) fn part_of(forum: &ValidatedForum, part: Part) -> NetworkPolicyPeer {
    NetworkPolicyPeer {
        pod_selector: Some(forum.selector(part)),
        ..NetworkPolicyPeer::default()
    }
}

/// The pods of the namespace in which the operator runs.
pub(super) fn operator(forum: &ValidatedForum) -> NetworkPolicyPeer {
    named(&forum.references.platform.operator_namespace)
}

/// The pods that may read metrics.
pub(super) fn metrics_readers(forum: &ValidatedForum) -> NetworkPolicyPeer {
    match &forum.monitoring.namespace {
        Some(namespace) => named(namespace),
        None => namespaces(BTreeMap::new()),
    }
}

fn named(namespace: &str) -> NetworkPolicyPeer {
    namespaces([(NAMESPACE_NAME.to_owned(), namespace.to_owned())].into())
}

/// All pods of the namespaces with these labels.
fn namespaces(labels: BTreeMap<String, String>) -> NetworkPolicyPeer {
    NetworkPolicyPeer {
        namespace_selector: Some(LabelSelector {
            match_labels: Some(labels).filter(|labels| !labels.is_empty()),
            match_expressions: None,
        }),
        ..NetworkPolicyPeer::default()
    }
}

fn tcp(numbers: &[i32]) -> Vec<NetworkPolicyPort> {
    numbers.iter().map(|number| port("TCP", *number)).collect()
}

fn port(protocol: &str, number: i32) -> NetworkPolicyPort {
    NetworkPolicyPort {
        protocol: Some(protocol.to_owned()),
        port: Some(IntOrString::Int(number)),
        end_port: None,
    }
}
