//! Who may speak to whom: nobody to anybody, but for the lines of the design's picture.

mod rules;

use folkmoot_common::ServiceName;
use k8s_openapi::{
    api::networking::v1::{
        NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicySpec,
    },
    apimachinery::pkg::apis::meta::v1::LabelSelector,
};

use self::rules::{
    anybody, anything, from, http, metrics_readers, name_servers, operator, part_of, to,
};
use super::{environment::uses, metadata::forum_labels, part::Part, ports};
use crate::forum::validate::{Edge, ObjectStore, Store, ValidatedForum};

/// The policies of a forum: one that denies, and one for each part that says what it may.
pub(super) fn all(forum: &ValidatedForum) -> Vec<NetworkPolicy> {
    let services = ServiceName::ALL
        .into_iter()
        .map(|name| service(forum, name));
    let stores = Part::STORES
        .into_iter()
        .filter(|part| is_managed(forum, *part));
    let stores = stores.map(|part| store(forum, part));
    let edge = matches!(forum.edge, Edge::Nginx(_)).then(|| edge(forum));
    [deny(forum)]
        .into_iter()
        .chain(services)
        .chain(stores)
        .chain([migration(forum)])
        .chain(edge)
        .collect()
}

/// Nothing but asking for names. The other policies add to it.
fn deny(forum: &ValidatedForum) -> NetworkPolicy {
    let everything = LabelSelector {
        match_labels: Some(forum_labels(&forum.name)),
        match_expressions: None,
    };
    NetworkPolicy {
        metadata: forum.metadata(Part::Forum),
        spec: Some(spec(everything, Vec::new(), vec![name_servers()])),
    }
}

fn of(
    forum: &ValidatedForum,
    part: Part,
    ingress: Vec<NetworkPolicyIngressRule>,
    egress: Vec<NetworkPolicyEgressRule>,
) -> NetworkPolicy {
    NetworkPolicy {
        metadata: forum.metadata(part),
        spec: Some(spec(forum.selector(part), ingress, egress)),
    }
}

fn spec(
    pods: LabelSelector,
    ingress: Vec<NetworkPolicyIngressRule>,
    egress: Vec<NetworkPolicyEgressRule>,
) -> NetworkPolicySpec {
    NetworkPolicySpec {
        pod_selector: Some(pods),
        // Named even where there is no rule: then nothing is allowed.
        policy_types: Some(vec!["Ingress".to_owned(), "Egress".to_owned()]),
        ingress: Some(ingress).filter(|rules| !rules.is_empty()),
        egress: Some(egress).filter(|rules| !rules.is_empty()),
    }
}

fn service(forum: &ValidatedForum, name: ServiceName) -> NetworkPolicy {
    let part = Part::Service(name);
    let port = http(name);
    let mut ingress = vec![match forum.edge {
        Edge::Nginx(_) => from(vec![part_of(forum, Part::Edge)], &[port]),
        // Where the cluster's controllers run is not known: in pods, on nodes, or outside.
        Edge::Ingress(_) | Edge::Gateway(_) => anybody(&[port]),
    }];
    if name == ServiceName::Identity {
        let verifiers = ServiceName::ALL.into_iter().filter(|other| *other != name);
        let verifiers = verifiers.map(|other| part_of(forum, Part::Service(other)));
        ingress.push(from(verifiers.collect(), &[port]));
    }
    ingress.push(from(vec![operator(forum)], &[ports::ADMIN]));
    ingress.push(from(vec![metrics_readers(forum)], &[ports::ADMIN]));
    let mut egress = stores_of(forum, name);
    // Where its server is, only the URL in a Secret says.
    if name == ServiceName::Identity && forum.mail.is_some() && !egress.contains(&anything()) {
        egress.push(anything());
    }
    if name != ServiceName::Identity {
        let identity = ServiceName::Identity;
        egress.push(to(
            vec![part_of(forum, Part::Service(identity))],
            &[http(identity)],
        ));
    }
    of(forum, part, ingress, egress)
}

/// The way to the stores that a service uses.
fn stores_of(forum: &ValidatedForum, name: ServiceName) -> Vec<NetworkPolicyEgressRule> {
    let used = Part::STORES
        .into_iter()
        .filter(|store| is_used(*store, name));
    let (managed, external): (Vec<_>, Vec<_>) = used.partition(|store| is_managed(forum, *store));
    let to_managed = managed
        .into_iter()
        .map(|store| to(vec![part_of(forum, store)], &[port(store)]));
    // Only a URL in a Secret says where it is.
    let to_external = (!external.is_empty()).then(anything);
    to_managed.chain(to_external).collect()
}

fn store(forum: &ValidatedForum, part: Part) -> NetworkPolicy {
    let users = ServiceName::ALL
        .into_iter()
        .filter(|name| is_used(part, *name));
    let users = users.map(Part::Service);
    let migration = (part == Part::Postgres).then_some(Part::Migration);
    let users = users.chain(migration).map(|user| part_of(forum, user));
    let users: Vec<_> = users.collect();
    of(forum, part, vec![from(users, &[port(part)])], Vec::new())
}

fn migration(forum: &ValidatedForum) -> NetworkPolicy {
    let postgres = Part::Postgres;
    let egress = if is_managed(forum, postgres) {
        to(vec![part_of(forum, postgres)], &[port(postgres)])
    } else {
        anything()
    };
    of(forum, Part::Migration, Vec::new(), vec![egress])
}

fn edge(forum: &ValidatedForum) -> NetworkPolicy {
    let egress = ServiceName::ALL
        .into_iter()
        .map(|name| to(vec![part_of(forum, Part::Service(name))], &[http(name)]));
    let ingress = vec![anybody(&[ports::EDGE_CONTAINER])];
    of(forum, Part::Edge, ingress, egress.collect())
}

fn is_used(store: Part, service: ServiceName) -> bool {
    let uses = uses(service);
    match store {
        Part::Postgres => uses.postgres,
        Part::Redis => uses.redis,
        Part::Nats => uses.nats,
        Part::Objects => uses.objects,
        _ => false,
    }
}

fn is_managed(forum: &ValidatedForum, store: Part) -> bool {
    match store {
        Part::Postgres => matches!(forum.postgres, Store::Managed(_)),
        Part::Redis => matches!(forum.redis, Store::Managed(_)),
        Part::Nats => matches!(forum.nats, Store::Managed(_)),
        Part::Objects => matches!(forum.objects, ObjectStore::Managed(_)),
        _ => false,
    }
}

const fn port(store: Part) -> i32 {
    match store {
        Part::Redis => ports::REDIS,
        Part::Nats => ports::NATS,
        Part::Objects => ports::OBJECTS,
        _ => ports::POSTGRES,
    }
}
