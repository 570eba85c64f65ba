//! An nginx of the forum's own.

use folkmoot_common::ServiceName;
use folkmoot_crds::{NginxSpec, ServiceType};
use k8s_openapi::api::core::v1::{
    ConfigMap, ConfigMapVolumeSource, Container, PodTemplateSpec, Probe, Service, Volume,
};

use super::{Edge, nginx_config::render};
use crate::forum::{
    build::{
        config_hash, deployment,
        part::Part,
        pod, ports,
        probes::{self, every, http},
        services::{self, HTTP},
    },
    validate::ValidatedForum,
};

const IMAGE: &str = folkmoot_crds::NGINX_IMAGE;
const FILE: &str = "nginx.conf";
const START: &str = include_str!("nginx.sh");
const FOLDER: &str = "/etc/folkmoot-edge";

/// Its configuration, its Service and its pods.
pub(super) fn edge(forum: &ValidatedForum, nginx: &NginxSpec) -> Edge {
    let configuration = render(forum);
    let template = template(forum, nginx, &configuration);
    Edge {
        config_map: Some(ConfigMap {
            metadata: forum.metadata(Part::Edge),
            data: Some([(FILE.to_owned(), configuration)].into()),
            ..ConfigMap::default()
        }),
        service: Some(service(forum, nginx)),
        deployment: Some(deployment::of(forum, Part::Edge, nginx.replicas, template)),
        ..Edge::default()
    }
}

fn service(forum: &ValidatedForum, nginx: &NginxSpec) -> Service {
    let mut service = services::of(forum, Part::Edge, vec![services::port(HTTP, ports::EDGE)]);
    let annotations = nginx.service_annotations.clone();
    service.metadata.annotations = (!annotations.is_empty()).then_some(annotations);
    if let Some(spec) = &mut service.spec {
        spec.type_ = Some(type_(nginx.service_type).to_owned());
        // Else nodes hide the addresses of callers, and all would share one limit.
        let keeps_addresses = nginx.service_type == ServiceType::LoadBalancer;
        spec.external_traffic_policy = keeps_addresses.then(|| "Local".to_owned());
    }
    service
}

const fn type_(service_type: ServiceType) -> &'static str {
    match service_type {
        ServiceType::ClusterIP => "ClusterIP",
        ServiceType::NodePort => "NodePort",
        ServiceType::LoadBalancer => "LoadBalancer",
    }
}

fn template(forum: &ValidatedForum, nginx: &NginxSpec, configuration: &str) -> PodTemplateSpec {
    let name = Part::Edge.object_name(&forum.name);
    let mut pod = pod::base(forum, Part::Edge, pod::USER);
    let grace = probes::termination_grace_seconds(forum.drain_seconds);
    pod.termination_grace_period_seconds = Some(grace);
    pod.containers = vec![container(forum, nginx)];
    pod.volumes = Some(vec![
        Volume {
            name: "config".to_owned(),
            config_map: Some(ConfigMapVolumeSource {
                name: name.clone(),
                ..ConfigMapVolumeSource::default()
            }),
            ..Volume::default()
        },
        pod::scratch("tmp"),
    ]);
    let rendered = [(name, config_hash::hex_of(configuration))].into();
    pod::template(forum, Part::Edge, pod, &nginx.pod_template, &rendered)
}

/// The configuration, and the names in it that are watched.
fn arguments(forum: &ValidatedForum) -> Vec<String> {
    let services = ServiceName::ALL.into_iter().map(Part::Service);
    let hosts = services.map(|part| part.object_name(&forum.name));
    [format!("{FOLDER}/{FILE}")]
        .into_iter()
        .chain(hosts)
        .collect()
}

fn container(forum: &ValidatedForum, nginx: &NginxSpec) -> Container {
    let healthz = || -> Probe { http("/healthz", HTTP) };
    Container {
        name: "nginx".to_owned(),
        image: Some(nginx.image.clone().unwrap_or_else(|| IMAGE.to_owned())),
        image_pull_policy: forum.image_pull_policy.map(pod::pull_policy),
        command: Some(
            ["/bin/sh", "-c", START, "nginx.sh"]
                .map(str::to_owned)
                .into(),
        ),
        args: Some(arguments(forum)),
        termination_message_policy: Some(pod::LAST_WORDS.to_owned()),
        env: Some(nginx.pod_template.env.clone()).filter(|variables| !variables.is_empty()),
        ports: Some(vec![pod::port(HTTP, ports::EDGE_CONTAINER)]),
        resources: Some(
            nginx
                .resources
                .clone()
                .unwrap_or_else(|| pod::resources("10m", "24Mi", "128Mi")),
        ),
        startup_probe: Some(every(1, 60, healthz())),
        liveness_probe: Some(every(10, 3, healthz())),
        readiness_probe: Some(every(5, 2, healthz())),
        lifecycle: Some(probes::pre_stop()),
        security_context: Some(pod::restricted()),
        volume_mounts: Some(vec![
            pod::read_only(pod::mount("config", FOLDER)),
            pod::mount("tmp", "/tmp"),
        ]),
        ..Container::default()
    }
}
