//! The routes.

use super::*;

#[tokio::test]
async fn a_notification_is_posted_read_and_deleted() {
    let service = Notifications::open().await;
    let new = json!({"user_id": "ann", "title": "Hello", "body": "there", "notif_type": "mention", "room_id": "general"});
    let posted = service
        .call(Method::POST, "/notifications", Some(new))
        .await;
    let id = posted.body["id"].as_str().unwrap().to_owned();
    let mut expected = json!({
        "id": id, "user_id": "ann", "title": "Hello", "body": "there", "notif_type": "mention",
        "room_id": "general", "is_read": false, "created_at": service.clock.now(),
        // Not in the document.
        "kind": "mention", "thread_id": null, "comment_id": null, "actors": [], "actor_count": 0, "actor_name": null,
        "url": "/rooms/general", "updated_at": service.clock.now(),
    });
    assert_eq!(
        (posted.status, &posted.body),
        (StatusCode::CREATED, &expected)
    );
    assert_eq!(service.get("/notifications/ann").await, json!([expected]));
    assert_eq!(
        service.get("/notifications/ann/unread-count").await,
        json!({"user_id": "ann", "unread_count": 1})
    );

    let read = service
        .call(Method::PATCH, &format!("/notifications/{id}/read"), None)
        .await;
    expected["is_read"] = true.into();
    assert_eq!((read.status, &read.body), (StatusCode::OK, &expected));
    assert_eq!(service.unread("ann").await, 0);
    assert_eq!(
        service.get("/notifications/ann?unread_only=true").await,
        json!([])
    );
    assert_eq!(
        service.get("/notifications/ann?unread_only=False").await,
        json!([expected])
    );

    let path = format!("/notifications/{id}");
    assert_eq!(
        service.call(Method::DELETE, &path, None).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        service.call(Method::DELETE, &path, None).await.body["code"],
        "notification_not_found"
    );
    assert_eq!(service.get("/notifications/ann").await, json!([]));
}

#[tokio::test]
async fn two_users_see_only_their_own() {
    let service = Notifications::open().await;
    service.post("ann", "for ann").await;
    service.post("bob", "for bob").await;
    service.post("bob", "for bob too").await;
    assert_eq!(service.titles("/notifications/ann").await, ["for ann"]);
    assert_eq!(
        service.titles("/notifications/bob").await,
        ["for bob too", "for bob"]
    );
    let all = service
        .call(Method::PATCH, "/notifications/bob/read-all", None)
        .await;
    assert_eq!(
        all.body,
        json!({"user_id": "bob", "marked_read": 2, "unread_count": 0})
    );
    assert_eq!(
        (service.unread("ann").await, service.unread("bob").await),
        (1, 0)
    );
}

#[tokio::test]
async fn the_pages_hold_everything_once_newest_first() {
    let service = Notifications::open().await;
    for number in 0..25 {
        service.post("ann", &number.to_string()).await;
    }
    let (mut path, mut seen) = (
        "/notifications/ann?limit=10&unread_only=true".to_owned(),
        Vec::new(),
    );
    loop {
        let page = service.call(Method::GET, &path, None).await;
        seen.extend(
            page.body
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["title"].as_str().unwrap().to_owned()),
        );
        let Some(link) = page.link else { break };
        let query = link.strip_prefix('<').unwrap().split_once('>').unwrap().0;
        path = format!("/notifications/ann{query}");
    }
    let all: Vec<_> = (0..25).rev().map(|number| number.to_string()).collect();
    assert_eq!(seen, all);
}

#[tokio::test]
async fn only_so_many_are_kept_for_a_user() {
    let service = Notifications::start("open", &["--notifications-per-user", "10"]).await;
    for number in 0..15 {
        service.post("ann", &number.to_string()).await;
    }
    service.post("bob", "other").await;
    let kept: Vec<_> = (5..15).rev().map(|number| number.to_string()).collect();
    assert_eq!(service.titles("/notifications/ann").await, kept);
    assert_eq!(
        (service.unread("ann").await, service.unread("bob").await),
        (10, 1)
    );
}

#[tokio::test]
async fn what_may_not_be_is_refused_and_not_stored() {
    let service = Notifications::open().await;
    let long = "x".repeat(10_000);
    let unknown = service.state.ctx.ids.next();
    for (method, path, status, code) in [
        (
            Method::GET,
            "/notifications/a%2Fb".to_owned(),
            400,
            "invalid_id",
        ),
        (
            Method::GET,
            format!("/notifications/{long}"),
            400,
            "invalid_id",
        ),
        (
            Method::GET,
            "/notifications/a%00/unread-count".to_owned(),
            400,
            "invalid_id",
        ),
        (
            Method::GET,
            "/notifications/ann?limit=0".to_owned(),
            400,
            "invalid_limit",
        ),
        (
            Method::GET,
            "/notifications/ann?limit=-1".to_owned(),
            400,
            "invalid_limit",
        ),
        (
            Method::GET,
            "/notifications/ann?limit=1e9".to_owned(),
            400,
            "invalid_limit",
        ),
        (
            Method::GET,
            "/notifications/ann?unread_only=perhaps".to_owned(),
            400,
            "invalid_query",
        ),
        (
            Method::GET,
            "/notifications/ann?after=x".to_owned(),
            400,
            "invalid_id",
        ),
        (
            Method::PATCH,
            "/notifications/%0A/read".to_owned(),
            400,
            "invalid_id",
        ),
        (
            Method::PATCH,
            "/notifications/123/read".to_owned(),
            404,
            "notification_not_found",
        ),
        (
            Method::PATCH,
            format!("/notifications/{unknown}/read"),
            404,
            "notification_not_found",
        ),
        (
            Method::DELETE,
            format!("/notifications/{unknown}"),
            404,
            "notification_not_found",
        ),
        (
            Method::PATCH,
            "/notifications/a b/read-all".replace(' ', "%20"),
            400,
            "invalid_id",
        ),
    ] {
        let answer = service.call(method, &path, None).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["code"]),
            (status, &json!(code)),
            "{path}"
        );
    }
    for (body, status, code) in [
        ("", 400, "malformed_json"),
        ("{", 400, "malformed_json"),
        ("[]", 422, "invalid_body"),
        ("{\"user_id\": \"ann\"}", 422, "invalid_body"),
        ("{\"user_id\": 1, \"title\": \"x\"}", 422, "invalid_body"),
        (
            "{\"user_id\": \"a/b\", \"title\": \"x\"}",
            400,
            "invalid_id",
        ),
        (
            "{\"user_id\": \"ann\", \"title\": \"\"}",
            400,
            "invalid_notification",
        ),
        (
            "{\"user_id\": \"ann\", \"title\": \"a\\u0000\"}",
            400,
            "invalid_notification",
        ),
        (
            "{\"user_id\": \"ann\", \"title\": \"x\", \"room_id\": \"..\"}",
            400,
            "invalid_id",
        ),
        (
            &format!("{{\"user_id\": \"ann\", \"title\": \"{long}\"}}"),
            400,
            "invalid_notification",
        ),
        (
            &format!("{{\"user_id\": \"ann\", \"title\": {}", "[".repeat(5_000)),
            422,
            "invalid_body",
        ),
        (&"x".repeat(100_000), 413, "too_large"),
    ] {
        let answer = service
            .send(Method::POST, "/notifications", Body::from(body.to_owned()))
            .await;
        let shown = &body[..body.len().min(60)];
        assert_eq!(
            (answer.status.as_u16(), &answer.body["code"]),
            (status, &json!(code)),
            "{shown}"
        );
    }
    assert_eq!(service.get("/notifications/ann").await, json!([]));
}

#[tokio::test]
async fn without_a_token_nothing_is_told_or_taken_unless_the_mode_is_open() {
    let service = Notifications::start("required", &[]).await;
    let id = service.state.ctx.ids.next();
    for (method, path) in [
        (Method::GET, "/notifications/ann".to_owned()),
        (Method::GET, "/notifications/ann/unread-count".to_owned()),
        (Method::PATCH, "/notifications/ann/read-all".to_owned()),
        (Method::PATCH, format!("/notifications/{id}/read")),
        (Method::DELETE, format!("/notifications/{id}")),
    ] {
        let answer = service.call(method, &path, None).await;
        assert_eq!(
            (answer.status, &answer.body["code"]),
            (StatusCode::UNAUTHORIZED, &json!("unauthorized")),
            "{path}"
        );
    }
    let new = json!({"user_id": "ann", "title": "x"});
    let answer = service
        .call(Method::POST, "/notifications", Some(new))
        .await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        service.get("/health").await,
        json!({"status": "ok", "service": "notification", "sockets": 0})
    );
}
