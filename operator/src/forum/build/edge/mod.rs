//! What stands in front of the services. All of it is made from the one table of public addresses.

pub(super) mod forward_auth;
mod http_route;
mod ingress;
mod nginx;
pub(super) mod nginx_config;

pub use http_route::resource as http_route_resource;

use k8s_openapi::api::{
    apps::v1::Deployment,
    core::v1::{ConfigMap, Service},
    networking::v1::Ingress,
};
use kube::core::DynamicObject;

use crate::forum::validate::{Edge as Wanted, ValidatedForum};

/// The objects of the edge.
#[derive(Default)]
pub(super) struct Edge {
    pub(super) config_map: Option<ConfigMap>,
    pub(super) service: Option<Service>,
    pub(super) deployment: Option<Deployment>,
    pub(super) ingress: Option<Ingress>,
    pub(super) http_route: Option<DynamicObject>,
}

/// What stands in front of `forum`.
pub(super) fn of(forum: &ValidatedForum) -> Edge {
    match &forum.edge {
        Wanted::Nginx(nginx) => nginx::edge(forum, nginx),
        Wanted::Ingress(ingress) => Edge {
            ingress: Some(ingress::of(forum, ingress)),
            ..Edge::default()
        },
        Wanted::Gateway(gateway) => Edge {
            http_route: Some(http_route::of(forum, gateway)),
            ..Edge::default()
        },
    }
}
