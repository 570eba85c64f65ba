//! The end of an account, and what is handed out before it.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use folkmoot_common::{
    ServiceName,
    exports::{self, PARTS},
};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::{Answer, Identity, PASSWORD, people::Member};
use crate::{events::USER_DELETED, people::tasks::look_after_exports};

const EXPORTS: &str = "/api/users/me/exports";

async fn leave(identity: &Identity, member: &Member, password: &str) -> Answer {
    let body = json!({"password": password});
    identity
        .call(Method::DELETE, "/api/users/me", Some(member), Some(body))
        .await
}

/// Starts the parts of the other services, all of one line.
fn start_others(identity: &Identity) {
    for service in PARTS
        .into_iter()
        .filter(|service| *service != ServiceName::Identity)
    {
        exports::start(
            &identity.ctx,
            service,
            move |user_id, mut lines| async move {
                lines
                    .write(service.as_str(), &json!({"of": user_id}))
                    .await?;
                Ok(lines)
            },
        );
    }
}

async fn export_until(
    identity: &Identity,
    member: &Member,
    id: &str,
    is_right: impl Fn(&Value) -> bool,
) -> Value {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    loop {
        let answer = identity
            .get(&format!("{EXPORTS}/{id}"), Some(&member.token))
            .await;
        if is_right(&answer.body) {
            return answer.body;
        }
        assert!(tokio::time::Instant::now() < deadline, "{}", answer.body);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

impl Identity {
    /// A part: its headers and its text.
    async fn download(&self, path: &str, member: &Member) -> (HeaderMap, String) {
        let token = format!("Bearer {}", member.token);
        let request = Request::get(path).header(header::AUTHORIZATION, token);
        let request = request.body(Body::empty()).expect("a request");
        let response = self.router.clone().oneshot(request).await;
        let (parts, body) = response.expect("an answer").into_parts();
        assert_eq!(parts.status, StatusCode::OK, "{path}");
        let bytes = body.collect().await.expect("a body").to_bytes();
        let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
        (parts.headers, text)
    }
}

/// With a new token: the one before has run out.
async fn again(identity: &Identity, member: Member) -> Member {
    let answer = identity.login(&member.name, PASSWORD).await;
    Member {
        token: answer.text("access_token").to_owned(),
        ..member
    }
}

fn objects(identity: &Identity, id: &str) -> usize {
    let folder = identity.folder.path().join(format!("objects/exports/{id}"));
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

#[tokio::test]
async fn only_the_password_ends_an_account() {
    let identity = Identity::start().await;
    let ann = identity.member("ann").await;
    for (body, problem) in [
        (
            json!({"password": "wrong password"}),
            (403, "wrong_password"),
        ),
        (json!({"password": ""}), (403, "wrong_password")),
        (
            json!({"password": "x".repeat(5_000)}),
            (403, "wrong_password"),
        ),
        (json!({}), (422, "invalid_body")),
        (json!({"password": {"$ne": ""}}), (422, "invalid_body")),
        (
            json!({"password": PASSWORD, "user_id": "x"}),
            (422, "invalid_body"),
        ),
    ] {
        let answer = identity
            .call(
                Method::DELETE,
                "/api/users/me",
                Some(&ann),
                Some(body.clone()),
            )
            .await;
        assert_eq!(answer.problem(), problem, "{body}");
    }
    let body = Some(json!({"password": PASSWORD}));
    let nobody = identity
        .call(Method::DELETE, "/api/users/me", None, body.clone())
        .await;
    assert_eq!(nobody.problem(), (401, "unauthorized"));
    // Nobody ends somebody else's.
    let bob = identity.member("bob").await;
    let other = format!("/api/users/{}", ann.id);
    let answer = identity
        .call(Method::DELETE, &other, Some(&bob), body)
        .await;
    assert_eq!(answer.status, 405);
    assert_eq!(identity.login("ann", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn guesses_at_the_password_are_counted() {
    let identity = Identity::with(&[], &["--login-limit-per-account", "3"]).await;
    let ann = identity.member("ann").await;
    for _ in 0..3 {
        assert_eq!(leave(&identity, &ann, "a wrong guess").await.status, 403);
    }
    let answer = leave(&identity, &ann, PASSWORD).await;
    assert_eq!(answer.problem(), (429, "rate_limited"));
}

#[tokio::test]
async fn who_goes_leaves_nothing_behind() {
    let identity = Identity::start().await;
    identity.member("admin-1").await;
    let mut told = identity.hear();
    let (ann, bob) = (identity.member("Ann").await, identity.member("bob").await);
    let refresh = identity.login("ann", PASSWORD).await;
    let profile = json!({"bio": "of ann"});
    identity
        .call(Method::PUT, "/api/profile", Some(&ann), Some(profile))
        .await;
    for (who, whom) in [(&ann, "bob"), (&bob, "ann")] {
        let path = format!("/api/users/@{whom}/follow");
        identity.call(Method::PUT, &path, Some(who), None).await;
    }
    let gone = leave(&identity, &ann, PASSWORD).await;
    assert_eq!(gone.status, 204, "{gone:?}");
    assert!(gone.header("set-cookie").contains("Max-Age=0"));

    let deadline = Duration::from_secs(10);
    loop {
        let event = tokio::time::timeout(deadline, told.recv())
            .await
            .expect("in time")
            .expect("an event");
        if event.r#type == USER_DELETED {
            assert_eq!(event.data["user_id"], ann.id);
            break;
        }
    }
    for path in [
        "/api/auth/me",
        "/api/auth/validate",
        "/api/profile",
        EXPORTS,
    ] {
        let answer = identity.get(path, Some(&ann.token)).await;
        assert_eq!(answer.status, 401, "{path}");
    }
    assert_eq!(
        identity.refresh(refresh.text("refresh_token")).await.status,
        401
    );
    assert_eq!(
        identity.login("ann", PASSWORD).await.problem(),
        (401, "invalid_credentials")
    );
    assert_eq!(leave(&identity, &ann, PASSWORD).await.status, 401);
    for path in [
        "/api/users/@ann".to_owned(),
        format!("/api/users/{}", ann.id),
    ] {
        assert_eq!(
            identity.get(&path, None).await.problem(),
            (404, "user_not_found")
        );
    }
    for _ in 0..2 {
        let left = identity.get("/api/users/@bob", None).await.body;
        assert_eq!(
            (&left["follower_count"], &left["following_count"]),
            (&json!(0), &json!(0))
        );
        while identity
            .app
            .store
            .fold_follow_changes()
            .await
            .expect("added up")
        {}
    }
    let search = identity.get("/api/users?name=ann", Some(&bob.token)).await;
    assert_eq!(search.body, json!([]));

    // The name rests; the address does not.
    let register = async |name: &str, email: &str| {
        let body = json!({"email": email, "username": name, "password": PASSWORD});
        identity.post("/api/auth/register", body).await
    };
    let taken = register("aNN", "other@example.org").await;
    assert_eq!(taken.problem(), (409, "username_taken"));
    let back = register("ann2", "Ann@example.org").await;
    assert_eq!(back.status, 201, "{back:?}");
    assert_ne!(back.body["user"]["id"], json!(ann.id));
    identity.advance(30 * 24 * 3600 + 1);
    assert_eq!(register("ann", "third@example.org").await.status, 201);
}

#[tokio::test]
async fn an_export_has_a_part_of_every_service_for_its_owner_alone() {
    let identity = Identity::start().await;
    start_others(&identity);
    identity.ctx.bus.start();
    let (ann, bob) = (identity.member("ann").await, identity.member("bob").await);
    let profile = json!({"bio": "of ann </script>"});
    identity
        .call(Method::PUT, "/api/profile", Some(&ann), Some(profile))
        .await;
    identity
        .call(Method::PUT, "/api/users/@bob/follow", Some(&ann), None)
        .await;
    let wanted = identity.call(Method::POST, EXPORTS, Some(&ann), None).await;
    assert_eq!(wanted.status, 202, "{wanted:?}");
    assert_eq!(wanted.text("status"), "running");
    let id = wanted.text("id");
    let done = export_until(&identity, &ann, id, |export| export["status"] == "done").await;
    assert_eq!(done["missing"], json!([]));
    assert_eq!(done["parts"].as_array().expect("parts").len(), PARTS.len());
    let listed = identity.get(EXPORTS, Some(&ann.token)).await;
    assert_eq!(listed.body, json!([done]));

    for part in done["parts"].as_array().expect("parts") {
        let url = part["url"].as_str().expect("an address");
        let (headers, text) = identity.download(url, &ann).await;
        assert_eq!(text.len() as u64, part["bytes"].as_u64().expect("a size"));
        let service = part["service"].as_str().expect("a name");
        assert_eq!(headers["content-type"], "application/x-ndjson");
        let disposition = format!("attachment; filename=\"folkmoot-2024-10-04-{service}.jsonl\"");
        assert_eq!(headers["content-disposition"], disposition);
        assert_eq!(headers["x-content-type-options"], "nosniff");
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        if service == "identity" {
            let kinds: Vec<_> = lines
                .iter()
                .map(|line| line["type"].as_str().expect("a type"))
                .collect();
            assert_eq!(kinds, ["account", "profile", "session", "follow"]);
            assert_eq!(lines[0]["data"]["email"], "ann@example.org");
            assert!(
                !text.contains("argon2") && !text.contains(&ann.token),
                "{text}"
            );
        } else {
            assert_eq!(lines, [json!({"type": service, "data": {"of": ann.id}})]);
        }
        // Somebody else's is none.
        assert_eq!(
            identity.get(url, Some(&bob.token)).await.problem(),
            (404, "export_not_found")
        );
        assert_eq!(
            identity.get(url, None).await.problem(),
            (401, "unauthorized")
        );
    }
    let path = format!("{EXPORTS}/{id}");
    assert_eq!(
        identity.get(&path, Some(&bob.token)).await.problem(),
        (404, "export_not_found")
    );
    assert_eq!(
        identity.get(EXPORTS, Some(&bob.token)).await.body,
        json!([])
    );
    for odd in [
        "..",
        "%2e%2e",
        "..%2f..%2fkeys",
        "1",
        "{id}",
        "00000000-0000-7000-8000-000000000000",
        &format!("{id}/web"),
        &format!("{id}/..%2fidentity"),
        &format!("{id}/identity.jsonl"),
        &format!("{id}/presence"),
        &format!("{id}/%2e%2e"),
        &format!("{id}/"),
    ] {
        let answer = identity
            .get(&format!("{EXPORTS}/{odd}"), Some(&ann.token))
            .await;
        assert_eq!(answer.status, 404, "{odd}");
    }
}

#[tokio::test]
async fn one_export_runs_at_a_time_and_three_a_day() {
    let identity = Identity::start().await;
    let ann = identity.member("ann").await;
    let wish = async || identity.call(Method::POST, EXPORTS, Some(&ann), None).await;
    assert_eq!(wish().await.status, 202);
    assert_eq!(wish().await.problem(), (409, "export_running"));
    assert_eq!(wish().await.problem(), (409, "export_running"));
    assert_eq!(wish().await.problem(), (429, "rate_limited"));
    let nobody = identity.call(Method::POST, EXPORTS, None, None).await;
    assert_eq!(nobody.problem(), (401, "unauthorized"));
}

#[tokio::test]
async fn a_service_that_was_away_is_asked_again_and_given_up_after_an_hour() {
    let identity = Identity::start().await;
    identity.ctx.bus.start();
    let ann = identity.member("ann").await;
    let wanted = identity.call(Method::POST, EXPORTS, Some(&ann), None).await;
    let id = wanted.text("id");
    let has = |count: usize| {
        move |export: &Value| {
            export["parts"]
                .as_array()
                .is_some_and(|parts| parts.len() == count)
        }
    };
    let first = export_until(&identity, &ann, id, has(1)).await;
    assert_eq!(first["status"], "running");
    identity.advance(62 * 60);
    let ann = again(&identity, ann).await;
    look_after_exports(identity.app.clone()).await;
    let ended = export_until(&identity, &ann, id, |export| export["status"] != "running").await;
    assert_eq!(ended["status"], "incomplete");
    assert_eq!(
        ended["missing"],
        json!(["discussion", "chat", "notification", "file"])
    );

    identity.advance(24 * 3600);
    let ann = again(&identity, ann).await;
    let wanted = identity.call(Method::POST, EXPORTS, Some(&ann), None).await;
    let id = wanted.text("id");
    export_until(&identity, &ann, id, has(1)).await;
    start_others(&identity);
    identity.advance(121);
    look_after_exports(identity.app.clone()).await;
    let done = export_until(&identity, &ann, id, has(PARTS.len())).await;
    assert_eq!(done["status"], "done");
}

#[tokio::test]
async fn exports_are_removed_after_a_week_and_with_their_owner() {
    let identity = Identity::start().await;
    identity.member("admin-1").await;
    start_others(&identity);
    identity.ctx.bus.start();
    let (ann, bob) = (identity.member("ann").await, identity.member("bob").await);
    let mut ids = Vec::new();
    for member in [&ann, &bob] {
        let wanted = identity
            .call(Method::POST, EXPORTS, Some(member), None)
            .await;
        let id = wanted.text("id").to_owned();
        export_until(&identity, member, &id, |export| export["status"] == "done").await;
        ids.push(id);
    }
    assert_eq!(leave(&identity, &ann, PASSWORD).await.status, 204);
    look_after_exports(identity.app.clone()).await;
    assert_eq!(
        (objects(&identity, &ids[0]), objects(&identity, &ids[1])),
        (0, PARTS.len())
    );

    identity.advance(7 * 24 * 3600);
    let bob = again(&identity, bob).await;
    let path = format!("{EXPORTS}/{}", ids[1]);
    assert_eq!(identity.get(&path, Some(&bob.token)).await.status, 404);
    assert_eq!(
        identity.get(EXPORTS, Some(&bob.token)).await.body,
        json!([])
    );
    look_after_exports(identity.app.clone()).await;
    assert_eq!(objects(&identity, &ids[1]), 0);
}
