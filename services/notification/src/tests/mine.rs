//! The caller's own list.

use super::{world::THREAD, *};
use crate::store::sql::STATEMENTS;

const ANN: (&str, &[&str]) = ("ann", &["member"]);

async fn mine(service: &Notifications, query: &str) -> Answer {
    let path = format!("/notifications{query}");
    let answer = service.call_as(ANN, Method::GET, &path, None).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer
}

fn kinds(answer: &Answer) -> Vec<&str> {
    let all = answer.body.as_array().unwrap().iter();
    all.map(|one| one["kind"].as_str().unwrap()).collect()
}

/// A comment, a like and a follower.
async fn some(service: &Notifications) {
    service.people(&["ann", "eve"]).await;
    service.opened().await;
    service.commented(&service.comment("eve", None, &[])).await;
    service.handle(&service.liked("eve", None)).await;
    service.relate("eve", "ann", "follow.created").await;
}

#[tokio::test]
async fn the_list_is_the_caller_s_and_can_be_filtered() {
    let service = Notifications::start("required", &[]).await;
    some(&service).await;
    assert_eq!(
        kinds(&mine(&service, "").await),
        ["follow", "thread.liked", "thread.commented"]
    );
    assert_eq!(
        kinds(&mine(&service, "?kind=thread.liked").await),
        ["thread.liked"]
    );
    assert_eq!(
        kinds(&mine(&service, "?kind=nothing.of.that").await),
        [""; 0]
    );
    let counts = service
        .call_as(ANN, Method::GET, "/notifications/unread-count", None)
        .await;
    assert_eq!(
        counts.body,
        json!({"user_id": "ann", "unread_count": 3, "kinds": {"follow": 1, "thread.liked": 1, "thread.commented": 1}})
    );
    let eve = service
        .call_as(("eve", &["admin"]), Method::GET, "/notifications", None)
        .await;
    assert_eq!(eve.body, json!([]), "nobody else's, whatever the role");
    for (query, code) in [
        ("?unread=perhaps", "invalid_query"),
        ("?mark_read=2", "invalid_query"),
        ("?kind=a%00b", "invalid_query"),
        ("?kind=", "invalid_query"),
        ("?limit=201", "invalid_limit"),
        ("?after=1", "invalid_id"),
    ] {
        let answer = service
            .call_as(ANN, Method::GET, &format!("/notifications{query}"), None)
            .await;
        assert_eq!(
            (answer.status, &answer.body["code"]),
            (StatusCode::BAD_REQUEST, &json!(code)),
            "{query}"
        );
    }
    for path in [
        "/notifications",
        "/notifications/unread-count",
        "/notifications/preferences",
    ] {
        let answer = service.call(Method::GET, path, None).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}

#[tokio::test]
async fn what_is_listed_can_be_marked_as_read_and_nothing_else_is() {
    let service = Notifications::start("required", &[]).await;
    some(&service).await;
    let page = mine(&service, "?mark_read=true&limit=2&unread=true").await;
    assert_eq!(kinds(&page), ["follow", "thread.liked"]);
    assert!(
        page.body
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["is_read"] == false)
    );
    let unread = mine(&service, "?unread=true").await;
    assert_eq!(kinds(&unread), ["thread.commented"]);
    let link = page.link.unwrap();
    assert!(
        link.contains("mark%5Fread=true") || link.contains("mark_read=true"),
        "{link}"
    );
    let query = link
        .strip_prefix('<')
        .unwrap()
        .split_once('>')
        .unwrap()
        .0
        .to_owned();
    assert_eq!(kinds(&mine(&service, &query).await), ["thread.commented"]);
    assert_eq!(kinds(&mine(&service, "?unread=true").await), [""; 0]);
    assert_eq!(kinds(&mine(&service, "").await).len(), 3);
}

#[tokio::test]
async fn what_is_added_while_it_is_listed_stays_unread() {
    let service = Notifications::start("required", &[]).await;
    some(&service).await;
    let shown = service
        .state
        .store
        .list("ann", &Default::default(), 50)
        .await
        .unwrap();
    service.handle(&service.liked("bob", None)).await;
    assert_eq!(
        service.state.store.mark_shown("ann", &shown).await.unwrap(),
        2
    );
    let unread = mine(&service, "?unread=true").await;
    assert_eq!(
        unread.body[0]["title"],
        "bob and eve liked your thread “Title”"
    );
}

#[tokio::test]
async fn a_page_is_at_most_six_statements_however_long() {
    let service = Notifications::start("required", &[]).await;
    service.people(&["ann"]).await;
    service.opened().await;
    let counted = async |limit: usize| {
        let path = format!("/notifications?mark_read=true&limit={limit}");
        let counter = std::cell::Cell::new(0);
        STATEMENTS
            .scope(counter, async {
                let answer = service.call_as(ANN, Method::GET, &path, None).await;
                assert_eq!(answer.status, StatusCode::OK);
                let count = answer.body.as_array().unwrap().len();
                (count, STATEMENTS.with(std::cell::Cell::get))
            })
            .await
    };
    service.commented(&service.comment("eve", None, &[])).await;
    let _ = counted(1).await;
    service.commented(&service.comment("eve", None, &[])).await;
    let (_, few) = counted(1).await;
    for n in 0..150 {
        service
            .commented(&service.comment(&format!("user{n}"), None, &[]))
            .await;
        service
            .handle(&service.liked(&format!("user{n}"), Some(uuid::Uuid::from_u128(n))))
            .await;
    }
    let (count, many) = counted(200).await;
    assert_eq!(count, 200);
    assert!(few <= many && many <= 6 && few > 0, "{few} {many}");
    let (_, again) = counted(200).await;
    assert!(again <= 6, "{again}");
}

#[tokio::test]
async fn a_token_tells_roles_before_the_event_and_an_older_one_tells_nothing() {
    let service = Notifications::start("required", &[]).await;
    let staff = Some("staff".to_owned());
    let mut comment = service.comment("eve", None, &[]);
    (comment.category_id, comment.read_role) = (super::world::PRIVATE, staff);
    service.commented(&comment).await;
    assert_eq!(kinds(&mine(&service, "").await), [""; 0]);
    service.wait(5);
    let as_staff = ("ann", &["member", "staff"] as &[&str]);
    let list = service
        .call_as(as_staff, Method::GET, "/notifications", None)
        .await;
    assert_eq!(list.body[0]["thread_id"], THREAD.to_string());
    // The role is taken away, which identity tells late: the new token says so.
    service.wait(5);
    assert_eq!(kinds(&mine(&service, "").await), [""; 0]);
}

#[tokio::test]
async fn what_is_not_one_s_to_set_is_not_set() {
    let service = Notifications::start("required", &[]).await;
    let new = json!({
        "user_id": "ann", "title": "x", "id": THREAD, "thread_id": THREAD, "comment_id": THREAD, "url": "https://evil.example",
        "actors": [{"user_id": "bob", "username": "bob", "deleted": false}], "actor_count": 9, "group_key": "user:ann",
        "actor_id": "bob", "is_read": true, "event_id": THREAD, "created_at": "2000-01-01T00:00:00Z",
    });
    let posted = service
        .call_as(ANN, Method::POST, "/notifications", Some(new))
        .await
        .body;
    for (field, value) in [
        ("thread_id", Value::Null),
        ("comment_id", Value::Null),
        ("url", Value::Null),
        ("actors", json!([])),
        ("actor_count", json!(0)),
        ("is_read", json!(false)),
        ("created_at", json!(service.clock.now())),
    ] {
        assert_eq!(posted[field], value, "{field}");
    }
    assert_ne!(posted["id"], THREAD.to_string());
    // Nor does what is posted speak in the name of somebody.
    let fake = json!({"user_id": "ann", "title": "mine", "notif_type": "thread.liked"});
    let fake = service
        .call_as(ANN, Method::POST, "/notifications", Some(fake))
        .await;
    assert_eq!(fake.body["title"], "mine");
}
