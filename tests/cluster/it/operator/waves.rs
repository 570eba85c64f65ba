//! A change is rolled out in waves, and stops at the first that fails.

use folkmoot_operator::kinds::Kind;
use serde_json::{Value, json};

use crate::{
    bench::Bench,
    kubelet::{BAD_MIGRATION, NEVER_READY, NO_IMAGE},
};

const SERVICES: [&str; 8] = [
    "identity",
    "presence",
    "notification",
    "file",
    "discussion",
    "feed",
    "web",
    "chat",
];

fn image(object: &Value) -> &str {
    object["spec"]["template"]["spec"]["containers"][0]["image"]
        .as_str()
        .unwrap()
}

async fn images(bench: &Bench) -> Vec<(&'static str, String)> {
    let mut images = Vec::new();
    for service in SERVICES {
        let object = bench
            .object(Kind::Deployment, &format!("demo-{service}"))
            .await
            .unwrap();
        images.push((service, image(&object).to_owned()));
    }
    images
}

fn generation_of_pods(object: &Value) -> i64 {
    object["metadata"]["generation"].as_i64().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_image_stops_before_any_new_pod_and_the_old_spec_recovers() {
    let bench = Bench::start("bad-image").await;
    bench
        .apply("demo", json!({"image": "example.org/folkmoot:1"}))
        .await;
    let forum = bench.wait_until_ready("demo").await;
    let status = forum.status.unwrap();
    assert_eq!(status.version.as_deref(), Some("1"));
    assert_eq!(status.chat.unwrap().ready_replicas, 1);

    let broken = format!("example.org/{NO_IMAGE}:2");
    bench
        .patch("demo", json!({"spec": {"image": broken}}))
        .await;
    let forum = bench
        .wait("demo", "Degraded", "True", "ImagePullFailed")
        .await;
    assert_eq!(forum.status.unwrap().version.as_deref(), Some("1"));
    let message = bench.message("demo", "Degraded").await;
    assert!(
        message.contains("wave migration") && message.contains("pod demo-migrate-"),
        "{message}"
    );
    bench.pass("demo", 2).await;
    for (service, image) in images(&bench).await {
        assert_eq!(image, "example.org/folkmoot:1", "{service}");
    }

    // The migrations of a spec that is no longer wanted end; those that succeeded are remembered.
    let other = format!("example.org/{NO_IMAGE}:3");
    bench.patch("demo", json!({"spec": {"image": other}})).await;
    bench
        .operator
        .wait_until("one Job of the two bad ones is left", async || {
            let jobs = bench.objects(Kind::Job).list(&Default::default()).await;
            let mut jobs: Vec<_> = jobs.ok()?.items.into_iter().map(|job| job.data).collect();
            jobs.sort_by_key(|job| image(job).to_owned());
            let images: Vec<&str> = jobs.iter().map(image).collect();
            (images == ["example.org/folkmoot:1", other.as_str()]).then_some(())
        })
        .await;
    bench
        .wait("demo", "Degraded", "True", "ImagePullFailed")
        .await;

    // The number of chat pods does not wait.
    bench
        .namespace
        .kubectl(&["scale", "forum/demo", "--replicas=3"])
        .await;
    let scaled = |object: &Value| object["spec"]["replicas"] == 3;
    let chat = bench
        .wait_for_object(Kind::Deployment, "demo-chat", "it is scaled", scaled)
        .await;
    assert_eq!(image(&chat), "example.org/folkmoot:1");

    bench
        .patch(
            "demo",
            json!({"spec": {"image": "example.org/folkmoot:1", "chat": {"replicas": 1}}}),
        )
        .await;
    bench.wait_until_ready("demo").await;
    let events = bench.events("demo").await;
    for expected in [
        "RolloutStarted",
        "RolloutFinished",
        "RolloutBlocked",
        "Recovered",
    ] {
        assert!(
            events.iter().any(|reason| reason == expected),
            "{expected}: {events:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_migration_starts_no_new_pod_and_says_why() {
    let bench = Bench::start("bad-migration").await;
    bench
        .apply("demo", json!({"image": "example.org/folkmoot:1"}))
        .await;
    bench.wait_until_ready("demo").await;
    bench
        .patch(
            "demo",
            json!({"spec": {"image": format!("example.org/{BAD_MIGRATION}:2")}}),
        )
        .await;
    bench
        .wait("demo", "Degraded", "True", "MigrationFailed")
        .await;
    bench
        .wait("demo", "Progressing", "False", "RolloutBlocked")
        .await;
    let message = bench.message("demo", "Degraded").await;
    assert!(message.contains("is not what it should be"), "{message}");
    for (service, image) in images(&bench).await {
        assert_eq!(image, "example.org/folkmoot:1", "{service}");
    }
    bench
        .patch("demo", json!({"spec": {"image": "example.org/folkmoot:3"}}))
        .await;
    let forum = bench.wait_until_ready("demo").await;
    assert_eq!(forum.status.unwrap().version.as_deref(), Some("3"));
    // Migrations of other images are gone when the new ones have succeeded.
    bench.settle("demo").await;
    let jobs = bench
        .objects(Kind::Job)
        .list(&Default::default())
        .await
        .unwrap();
    assert_eq!(
        jobs.items.len(),
        1,
        "{:?}",
        jobs.items
            .iter()
            .map(|job| &job.metadata.name)
            .collect::<Vec<_>>()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wave_waits_for_the_one_before() {
    let bench = Bench::start("waves").await;
    bench
        .apply("demo", json!({"image": "example.org/folkmoot:1"}))
        .await;
    bench.wait_until_ready("demo").await;
    let before = bench.object(Kind::Deployment, "demo-chat").await.unwrap();

    bench
        .patch(
            "demo",
            json!({"spec": {"image": format!("example.org/{NEVER_READY}:2")}}),
        )
        .await;
    let new = |object: &Value| image(object).contains(NEVER_READY);
    bench
        .wait_for_object(Kind::Deployment, "demo-identity", "it is changed", new)
        .await;
    bench.wait("demo", "Ready", "False", "RollingOut").await;
    bench.pass("demo", 3).await;
    for (service, image) in images(&bench).await {
        assert_eq!(
            image.contains(NEVER_READY),
            service == "identity",
            "{service}"
        );
    }
    let message = bench.message("demo", "Ready").await;
    assert!(
        message.contains("wave identity: Deployment demo-identity"),
        "{message}"
    );
    let chat = bench.object(Kind::Deployment, "demo-chat").await.unwrap();
    assert_eq!(generation_of_pods(&chat), generation_of_pods(&before));
    // Somebody else's change of the old template is still taken back.
    let wrong = json!({"spec": {"minReadySeconds": 77, "template": {"spec": {"terminationGracePeriodSeconds": 99}}}});
    bench
        .objects(Kind::Deployment)
        .patch(
            "demo-chat",
            &Default::default(),
            &kube::api::Patch::Merge(wrong),
        )
        .await
        .unwrap();

    bench
        .patch("demo", json!({"spec": {"image": "example.org/folkmoot:1"}}))
        .await;
    bench.wait_until_ready("demo").await;
    let grace = &before["spec"]["template"]["spec"]["terminationGracePeriodSeconds"];
    let chat = bench.object(Kind::Deployment, "demo-chat").await.unwrap();
    assert_eq!(
        &chat["spec"]["template"]["spec"]["terminationGracePeriodSeconds"],
        grace
    );
}
