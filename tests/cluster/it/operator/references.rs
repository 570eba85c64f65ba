//! What a spec points at: missing, there, changed.

use folkmoot_operator::kinds::Kind;
use serde_json::{Value, json};

use crate::bench::Bench;

async fn secret(bench: &Bench, name: &str, key: &str, value: &str) {
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": {key: value},
    });
    bench.namespace.apply(&secret.to_string()).await;
}

async fn templates(bench: &Bench) -> Vec<(String, Value)> {
    let all = bench
        .objects(Kind::Deployment)
        .list(&Default::default())
        .await
        .unwrap();
    all.items
        .iter()
        .map(|object| {
            (
                object.metadata.name.clone().unwrap(),
                object.data["spec"]["template"].clone(),
            )
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_secret_is_named_and_its_appearance_heals() {
    let bench = Bench::start("secret").await;
    let url = json!({"name": "pg", "key": "uri"});
    bench
        .apply("demo", json!({"postgres": {"external": {"url": url}}}))
        .await;
    bench.wait_condition("demo", "PostgresReady", "False").await;
    let message = bench.message("demo", "PostgresReady").await;
    assert!(message.contains("pg"), "{message}");
    assert!(
        bench
            .object(Kind::Deployment, "demo-identity")
            .await
            .is_none()
    );

    secret(&bench, "pg", "wrong", "x").await;
    bench
        .operator
        .wait_until("the key is named", async || {
            bench
                .message("demo", "PostgresReady")
                .await
                .contains("uri")
                .then_some(())
        })
        .await;
    secret(&bench, "pg", "uri", "postgresql://a:b@pg/folkmoot").await;
    bench.wait_until_ready("demo").await;
    assert!(
        !bench.operator.log().contains("a:b@pg"),
        "a value of a Secret is in the log"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_secret_rolls_only_the_pods_that_use_it() {
    let bench = Bench::start("rolls").await;
    secret(&bench, "mine", "key", "one").await;
    let source = json!({"secretKeyRef": {"name": "mine", "key": "key"}});
    let env = json!([{"name": "EXTRA", "valueFrom": source}]);
    bench
        .apply("demo", json!({"file": {"podTemplate": {"env": env}}}))
        .await;
    bench.wait_until_ready("demo").await;
    let before = templates(&bench).await;
    secret(&bench, "mine", "key", "two").await;
    let old = before
        .iter()
        .find(|(name, _)| name == "demo-file")
        .unwrap()
        .1
        .clone();
    let rolled = |object: &Value| object["spec"]["template"] != old;
    bench
        .wait_for_object(Kind::Deployment, "demo-file", "it is rolled", rolled)
        .await;
    bench.wait_until_ready("demo").await;
    for (name, template) in templates(&bench).await {
        let same = before.contains(&(name.clone(), template));
        assert_eq!(same, name != "demo-file", "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn generated_secrets_are_made_once_and_made_again_only_when_gone() {
    let bench = Bench::start("generated").await;
    // One that somebody made before is used as it is.
    secret(&bench, "demo-admin", "token", "chosen by me").await;
    bench.apply("demo", json!({})).await;
    bench.wait_until_ready("demo").await;
    let read = async |name: &str| {
        let text = bench
            .namespace
            .kubectl(&["get", "secret", name, "-o", "json"])
            .await;
        serde_json::from_str::<Value>(&text).unwrap()["data"].clone()
    };
    let (keys, admin) = (read("demo-signing-keys").await, read("demo-admin").await);
    assert_eq!(admin["token"], "Y2hvc2VuIGJ5IG1l");
    bench.pass("demo", 3).await;
    assert_eq!(read("demo-signing-keys").await, keys);
    assert_eq!(read("demo-admin").await, admin);
    bench
        .namespace
        .kubectl(&["delete", "secret", "demo-redis"])
        .await;
    bench
        .operator
        .wait_until("it is back", async || {
            let found = bench
                .namespace
                .try_kubectl(&["get", "secret", "demo-redis"], "")
                .await;
            found.success.then_some(())
        })
        .await;
}
