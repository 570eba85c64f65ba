//! New versions, good and bad, and the end of a forum.

use std::{collections::BTreeSet, time::Instant};

use folkmoot_cluster_tests::wait_until_gone;
use folkmoot_crds::{DEFAULT_IMAGE, ForumInstance};
use folkmoot_tests::{app::Site, wait};
use k8s_openapi::api::core::v1::{Namespace, Pod};
use kube::Api;

use super::{
    forum::{Forum, LIMIT, is, says},
    report, together,
};

fn tag(tag: &str) -> String {
    let (repository, _) = DEFAULT_IMAGE.rsplit_once(':').expect("a tag");
    format!("{repository}:{tag}")
}

fn spec(image: &str) -> String {
    format!("{{image: {image}, postgres: {{managed: {{retain: true}}}}}}")
}

fn images(pods: &[Pod]) -> BTreeSet<String> {
    let containers = pods
        .iter()
        .filter_map(|pod| pod.spec.as_ref())
        .flat_map(|spec| &spec.containers);
    containers
        .filter_map(|container| container.image.clone())
        .collect()
}

async fn serves(site: &Site, name: &str) {
    let member = site.register(name).await;
    let mut socket = member.chat("general").await;
    socket.send_text(name).await;
    assert_eq!(socket.next_message().await["content"], name);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_version_stops_and_the_old_one_serves() {
    let _turn = together().await;
    let forum = Forum::apply("versions", &spec(DEFAULT_IMAGE)).await;
    forum.ready().await;
    let site = forum.site().await;

    let blocked = |forum: &ForumInstance, reason: &str| {
        is(forum, "Degraded", "True") && says(forum, "Degraded").contains(reason)
    };
    forum.set(&spec(&tag("missing"))).await;
    let seen = forum.wait("the image that is not there is named", |forum| {
        blocked(forum, "ImagePullFailed")
    });
    let said = says(&seen.await, "Degraded");
    assert!(
        said.contains(&tag("missing")) && said.contains("pod demo-"),
        "{said}"
    );
    serves(&site, "ann").await;

    // It can be pulled, and its migrations cannot even begin.
    forum
        .node
        .tag_image("docker.io/library/nats:2.12", &tag("broken"))
        .await;
    forum.set(&spec(&tag("broken"))).await;
    forum
        .wait("the migrations fail", |forum| {
            blocked(forum, "MigrationFailed")
        })
        .await;
    let old = BTreeSet::from([DEFAULT_IMAGE.to_owned()]);
    for component in ["identity", "chat", "file"] {
        assert_eq!(images(&forum.pods_of(component).await), old, "{component}");
    }
    serves(&site, "bob").await;

    forum.set(&spec(DEFAULT_IMAGE)).await;
    forum.ready().await;
    let start = Instant::now();
    forum.node.tag_image(DEFAULT_IMAGE, &tag("next")).await;
    forum.set(&spec(&tag("next"))).await;
    forum
        .wait("the new version serves", |forum| {
            let version = forum
                .status
                .as_ref()
                .and_then(|status| status.version.as_deref());
            is(forum, "Ready", "True") && version == Some("next")
        })
        .await;
    report("a new version until Ready", start);
    for component in ["identity", "chat", "file"] {
        let images = images(&forum.pods_of(component).await);
        assert_eq!(images, BTreeSet::from([tag("next")]), "{component}");
    }
    serves(&site, "eve").await;
    ends(forum).await;
}

/// Nothing is left but what was to be retained, and the namespace goes too.
async fn ends(forum: Forum) {
    let start = Instant::now();
    forum
        .namespace
        .kubectl(&["delete", "forum", "demo", "--wait=false"])
        .await;
    wait_until_gone(&forum.api().await, "demo", LIMIT).await;
    let kinds = "deployments,statefulsets,replicasets,jobs,pods,services,secrets,configmaps,\
                 serviceaccounts,networkpolicies,poddisruptionbudgets,persistentvolumeclaims,endpointslices";
    let ours = "--selector=app.kubernetes.io/instance=demo";
    wait::until_within(
        LIMIT,
        "only the volume that is retained is left",
        async || {
            let left = forum
                .namespace
                .kubectl(&["get", kinds, ours, "--output=name"])
                .await;
            (left.trim() == "persistentvolumeclaim/demo-postgres"
                || left.contains("postgres") && left.lines().count() == 1)
                .then_some(())
        },
    )
    .await;
    report("a forum's end", start);
    let (client, name) = (forum.node.client().await, forum.namespace.name().to_owned());
    drop(forum);
    wait_until_gone(&Api::<Namespace>::all(client), &name, LIMIT).await;
}
