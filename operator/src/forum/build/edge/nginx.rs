//! An nginx of the forum's own.

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

fn container(forum: &ValidatedForum, nginx: &NginxSpec) -> Container {
    let healthz = || -> Probe { http("/healthz", HTTP) };
    let command = ["nginx", "-e", "stderr", "-c", &format!("{FOLDER}/{FILE}")];
    Container {
        name: "nginx".to_owned(),
        image: Some(nginx.image.clone().unwrap_or_else(|| IMAGE.to_owned())),
        image_pull_policy: forum.image_pull_policy.map(pod::pull_policy),
        command: Some(command.map(str::to_owned).into()),
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
