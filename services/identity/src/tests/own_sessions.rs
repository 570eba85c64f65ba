//! Listing and ending one's own sessions.

use serde_json::json;

use super::{Answer, Identity, PASSWORD};

async fn login_from(identity: &Identity, peer: &str, agent: &str) -> Answer {
    let body = json!({"identifier": "ann", "password": PASSWORD}).to_string();
    let mut request = axum::http::Request::post("/api/auth/login")
        .header("content-type", "application/json")
        .header("user-agent", agent.as_bytes())
        .body(axum::body::Body::from(body))
        .expect("a request");
    let peer: std::net::SocketAddr = peer.parse().expect("an address");
    request
        .extensions_mut()
        .insert(axum::extract::ConnectInfo(peer));
    identity.send(request).await
}

#[tokio::test]
async fn sessions_are_known_by_browser_and_network_and_end_one_by_one() {
    let identity = Identity::start().await;
    identity.register("bob").await;
    identity.register("ann").await;
    identity.advance(60);
    let phone = login_from(&identity, "198.51.100.7:1", "Phone\u{202e}/1.0").await;
    let token = phone.text("access_token");
    let listed = identity.get("/api/auth/sessions", Some(token)).await;
    let sessions = listed.body.as_array().unwrap().clone();
    assert_eq!(sessions.len(), 2);
    assert_eq!(sessions[0]["current"], true);
    assert_eq!(sessions[0]["user_agent"], "Phone/1.0");
    assert_eq!(sessions[0]["network"], "198.51.100.0/24");
    assert_eq!(sessions[1]["current"], false);
    assert!(!listed.body.to_string().contains("198.51.100.7"));

    let other = sessions[1]["id"].as_str().unwrap();
    let path = format!("/api/auth/sessions/{other}");
    let stranger = identity.login("bob", PASSWORD).await;
    let refused = identity
        .by(stranger.text("access_token"), "DELETE", &path, None)
        .await;
    assert_eq!(refused.problem(), (404, "session_not_found"));
    assert_eq!(identity.by(token, "DELETE", &path, None).await.status, 204);
    let again = identity.by(token, "DELETE", &path, None).await;
    assert_eq!(again.problem(), (404, "session_not_found"));
    let left = identity.get("/api/auth/sessions", Some(token)).await;
    assert_eq!(left.body.as_array().unwrap().len(), 1);
    assert_eq!(
        identity.get("/api/auth/sessions", None).await.problem(),
        (401, "unauthorized")
    );
    let bad = identity
        .by(token, "DELETE", "/api/auth/sessions/x", None)
        .await;
    assert_eq!(bad.status, 400);
}

#[tokio::test]
async fn a_long_list_has_pages() {
    let identity = Identity::with(
        &[],
        &[
            "--login-limit-per-account",
            "0",
            "--login-limit-per-address",
            "0",
        ],
    )
    .await;
    let token = identity
        .register("ann")
        .await
        .text("access_token")
        .to_owned();
    for _ in 0..4 {
        identity.login("ann", PASSWORD).await;
    }
    let mut path = "/api/auth/sessions?limit=2".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = identity.get(&path, Some(&token)).await;
        seen.extend(
            page.body
                .as_array()
                .unwrap()
                .iter()
                .map(|session| session["id"].to_string()),
        );
        let Some(next) = page.headers.get("link") else {
            break;
        };
        let next = next
            .to_str()
            .unwrap()
            .split(['<', '>'])
            .nth(1)
            .unwrap()
            .to_owned();
        path = format!("/api/auth/sessions{next}");
    }
    assert_eq!(seen.len(), 5);
    let mut sorted = seen.clone();
    sorted.sort_by(|one, other| other.cmp(one));
    assert_eq!(seen, sorted);
    for bad in ["limit=0", "limit=201", "after=x"] {
        let answer = identity
            .get(&format!("/api/auth/sessions?{bad}"), Some(&token))
            .await;
        assert_eq!(answer.status, 400, "{bad}");
    }
}

#[tokio::test]
async fn logging_out_everywhere_ends_all_of_ones_own_and_nobody_elses() {
    let identity = Identity::start().await;
    let bob = identity.register("bob").await;
    let first = identity.register("ann").await;
    let second = identity.login("ann", PASSWORD).await;
    let answer = identity
        .by(
            second.text("access_token"),
            "POST",
            "/api/auth/logout-all",
            None,
        )
        .await;
    assert_eq!(
        (answer.status.as_u16(), &answer.body),
        (200, &json!({"sessions": 2}))
    );
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    for session in [&first, &second] {
        let me = identity
            .get("/api/auth/me", Some(session.text("access_token")))
            .await;
        assert_eq!(me.status, 401);
        assert_eq!(
            identity.refresh(session.text("refresh_token")).await.status,
            401
        );
    }
    assert_eq!(
        identity
            .get("/api/auth/me", Some(bob.text("access_token")))
            .await
            .status,
        200
    );
    // Who logs in again, in the same second too, is in.
    let again = identity.login("ann", PASSWORD).await;
    assert_eq!(
        identity
            .get("/api/auth/me", Some(again.text("access_token")))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn an_account_has_at_most_a_hundred_sessions_and_the_oldest_end() {
    let own = [
        "--login-limit-per-account",
        "0",
        "--login-limit-per-address",
        "0",
    ];
    let identity = Identity::with(&[], &own).await;
    let first = identity.register("ann").await;
    let user = identity
        .app
        .store
        .find(&crate::policy::AccountKey::new("ann"))
        .await
        .unwrap()
        .unwrap();
    for _ in 0..100 {
        identity
            .app
            .store
            .begin_session(user.clone(), &crate::store::Origin::default())
            .await
            .unwrap();
    }
    let sessions = identity
        .app
        .store
        .sessions(user.id, None, 200)
        .await
        .unwrap();
    assert_eq!(sessions.len(), 100);
    assert_eq!(
        identity.refresh(first.text("refresh_token")).await.status,
        401
    );
}
