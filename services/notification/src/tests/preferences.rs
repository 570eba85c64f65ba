//! What somebody wants to be told of.

use super::*;
use crate::kinds::Kind;

const ANN: (&str, &[&str]) = ("ann", &["member"]);

async fn put(service: &Notifications, body: Value) -> Answer {
    service
        .call_as(ANN, Method::PUT, "/notifications/preferences", Some(body))
        .await
}

#[tokio::test]
async fn every_kind_is_listed_and_can_be_turned_off() {
    let service = Notifications::start("required", &[]).await;
    let all = service
        .call_as(ANN, Method::GET, "/notifications/preferences", None)
        .await;
    let expected: Vec<_> = Kind::ALL
        .iter()
        .map(|kind| json!({"kind": kind.as_str(), "in_app": true}))
        .collect();
    assert_eq!(all.body, json!(expected));
    let changed = put(
        &service,
        json!([{"kind": "thread.liked", "in_app": false}, {"kind": "post", "in_app": false}]),
    )
    .await;
    assert_eq!(changed.status, StatusCode::OK);
    let off = |answer: &Answer| -> Vec<String> {
        let all = answer.body.as_array().unwrap().iter();
        all.filter(|one| one["in_app"] == false)
            .map(|one| one["kind"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(off(&changed), ["thread.liked", "post"]);
    let other = put(&service, json!([{"kind": "post", "in_app": true}])).await;
    assert_eq!(off(&other), ["thread.liked"], "what is not named stays");
    let eve = service
        .call_as(
            ("eve", &[]),
            Method::GET,
            "/notifications/preferences",
            None,
        )
        .await;
    assert_eq!(off(&eve), [""; 0]);
}

#[tokio::test]
async fn what_is_no_preference_is_refused() {
    let service = Notifications::start("required", &[]).await;
    let twice: Vec<_> = (0..2)
        .map(|_| json!({"kind": "post", "in_app": false}))
        .collect();
    for body in [
        json!({}),
        json!([1]),
        json!([{"kind": "nothing", "in_app": true}]),
        json!([{"kind": "post"}]),
        json!([{"kind": "post", "in_app": "no"}]),
        json!([{"kind": "post", "in_app": false, "user_id": "bob"}]),
        json!(twice),
    ] {
        let answer = put(&service, body.clone()).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
    }
    assert_eq!(put(&service, json!([])).await.status, StatusCode::OK);
}

#[tokio::test]
async fn nobody_is_told_of_a_kind_that_they_turned_off() {
    let service = Notifications::open().await;
    service.people(&["ann", "eve"]).await;
    service.opened().await;
    let everything = async || {
        service
            .commented(&service.comment("eve", Some("ann"), &["ann"]))
            .await;
        service.commented(&service.comment("eve", None, &[])).await;
        service.handle(&service.liked("eve", None)).await;
        service
            .handle(&service.liked("eve", Some(uuid::Uuid::from_u128(5))))
            .await;
        service.relate("eve", "ann", "follow.created").await;
        service.handle(&service.mention("eve", &["ann"])).await;
    };
    let off: Vec<_> = Kind::ALL
        .iter()
        .map(|kind| json!({"kind": kind.as_str(), "in_app": false}))
        .collect();
    assert_eq!(put(&service, json!(off)).await.status, StatusCode::OK);
    everything().await;
    assert!(service.shown("ann").await.is_empty());
    // Another service still has its answer, but nobody is disturbed.
    let posted = service.post("ann", "Hello").await;
    assert_eq!(posted["is_read"], true);
    assert_eq!(service.unread("ann").await, 0);

    put(
        &service,
        json!([{"kind": "comment.replied", "in_app": true}]),
    )
    .await;
    service
        .commented(&service.comment("eve", Some("ann"), &["ann"]))
        .await;
    assert_eq!(
        service.unread("ann").await,
        1,
        "the next best kind that is on"
    );
}
