use chrono::TimeDelta;
use folkmoot_common::{clock::Clock as _, db::sqlx, with_reader};
use serde_json::json;

use super::{Discussion, nobody};

#[tokio::test]
async fn names_and_pictures_are_those_that_were_told_last() {
    let forum = Discussion::start().await;
    let ann = forum.member("ann");
    let id = forum.thread(&ann, "t").await;
    let author = async || {
        forum
            .get(&nobody(), &format!("/api/threads/{id}"))
            .await
            .expect(200)["author"]
            .clone()
    };
    assert_eq!(
        author().await["username"],
        "ann",
        "the token tells it until an event does"
    );
    let now = forum.clock.now();
    let profile = |name: &str, minutes: i64| json!({"user_id": "id-ann", "username": name, "display_name": null, "avatar_url": format!("/api/files/{name}"), "updated_at": now + TimeDelta::minutes(minutes)});
    forum
        .hear("identity.profile.updated", profile("annie", 5))
        .await;
    forum
        .hear("identity.profile.updated", profile("older", 3))
        .await;
    forum
        .hear(
            "identity.user.registered",
            json!({"user_id": "id-ann", "username": "ann", "registered_at": now}),
        )
        .await;
    assert_eq!(
        author().await,
        json!({"user_id": "id-ann", "username": "annie", "avatar_url": "/api/files/annie", "deleted": false})
    );
}

#[tokio::test]
async fn of_a_deleted_user_only_what_they_wrote_stays() {
    let forum = Discussion::start().await;
    let (ann, bob) = (forum.member("ann"), forum.member("bob"));
    let thread = forum.thread(&ann, "t").await;
    let comment = forum.comment(&ann, &thread, "mine", None).await;
    let path = format!("/api/threads/{thread}");
    for who in [&ann, &bob] {
        forum
            .call(who, "PUT", &format!("{path}/like"), None)
            .await
            .expect(200);
        forum
            .call(who, "PUT", &format!("/api/comments/{comment}/like"), None)
            .await
            .expect(200);
        forum
            .call(who, "PUT", &format!("{path}/read"), None)
            .await
            .expect(200);
    }
    let now = forum.clock.now();
    let block =
        json!({"user_id": "id-ann", "username": "ann", "target_id": "id-bob", "changed_at": now});
    forum.hear("identity.block.created", block.clone()).await;
    forum.tick();
    let deleted = forum.clock.now();
    forum
        .hear(
            "identity.user.deleted",
            json!({"user_id": "id-ann", "deleted_at": deleted}),
        )
        .await;
    // Out of order: neither brings anything back.
    forum.hear("identity.profile.updated", json!({"user_id": "id-ann", "username": "ann", "display_name": null, "avatar_url": "/x", "updated_at": deleted + TimeDelta::minutes(1)})).await;
    forum.hear("identity.block.created", block).await;

    let seen = forum.get(&bob, &path).await.expect(200);
    let gone =
        json!({"user_id": "id-ann", "username": "deleted", "avatar_url": null, "deleted": true});
    assert_eq!(
        (&seen["author"], &seen["like_count"], &seen["body"]),
        (&gone, &json!(1), &json!("Some words."))
    );
    let seen = forum
        .get(&bob, &format!("/api/comments/{comment}"))
        .await
        .expect(200);
    assert_eq!(
        (&seen["author"], &seen["like_count"], &seen["body"]),
        (&gone, &json!(1), &json!("mine"))
    );
    for count in [
        "select count(*) from likes where user_id = 'id-ann'",
        "select count(*) from read_positions where user_id = 'id-ann'",
        "select count(*) from blocks",
        "select count(*) from members where username = 'ann'",
    ] {
        let left: i64 = with_reader!(&forum.state.store.db, db => sqlx::query_scalar(count).fetch_one(db).await).unwrap();
        assert_eq!(left, 0, "{count}");
    }
    let unliked = forum
        .events()
        .await
        .into_iter()
        .filter(|event| event.r#type == "discussion.unliked");
    assert_eq!(unliked.count(), 2);
}

#[tokio::test]
async fn who_is_blocked_does_not_answer_the_blocker() {
    let forum = Discussion::start().await;
    let (ann, bob, cleo) = (
        forum.member("ann"),
        forum.member("bob"),
        forum.member("cleo"),
    );
    let (anns, cleos) = (
        forum.thread(&ann, "ann's").await,
        forum.thread(&cleo, "cleo's").await,
    );
    let comment = forum.comment(&ann, &cleos, "ann's", None).await;
    let relation = |minutes: i64| json!({"user_id": "id-ann", "username": "ann", "target_id": "id-bob", "changed_at": forum.clock.now() + TimeDelta::minutes(minutes)});
    forum.hear("identity.block.created", relation(1)).await;
    let post = async |thread: &str, parent: Option<&str>| {
        let new = json!({"body": "x", "parent_id": parent});
        forum
            .post(&bob, &format!("/api/threads/{thread}/comments"), new)
            .await
    };
    assert_eq!(post(&anns, None).await.problem(), (403, "blocked"));
    assert_eq!(
        post(&cleos, Some(&comment)).await.problem(),
        (403, "blocked")
    );
    post(&cleos, None).await.expect(201);
    forum
        .get(&bob, &format!("/api/threads/{anns}"))
        .await
        .expect(200);
    forum.comment(&ann, &anns, "the blocker may", None).await;
    forum.hear("identity.block.deleted", relation(3)).await;
    forum.hear("identity.block.created", relation(2)).await;
    post(&anns, None).await.expect(201);
}

#[tokio::test]
async fn an_event_that_cannot_be_read_stops_nothing() {
    let forum = Discussion::start().await;
    for data in [
        json!(null),
        json!({"user_id": 1}),
        json!({"user_id": "a/b", "username": "x", "registered_at": forum.clock.now()}),
    ] {
        forum.hear("identity.user.registered", data).await;
    }
}
