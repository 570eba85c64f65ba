//! The edge table, served by all services together and by each alone.

use std::collections::BTreeMap;

use folkmoot_common::{
    ServiceName,
    edge::{TABLE, lookup},
};
use folkmoot_tests::app::{Member, TestApp, send};
use reqwest::Method;

/// Addresses below every row of the table.
const ADDRESSES: &[&str] = &[
    "/api/chat/rooms",
    "/api/chat/rooms?limit=1",
    "/api/chat/rooms/general/messages",
    "/api/chat",
    "/api/chatter",
    "/ws/general/ann",
    "/ws",
    "/api/presence",
    "/api/presence/ann",
    "/api/notifications/ann",
    "/ws/notifications",
    "/api/files/files",
    "/api/files/01a1fd9e-df9a-70f0-ab6d-397e8ccdcc5f/download",
    "/api/auth/me",
    "/api/auth/jwks",
    "/api/users/ann",
    "/api/profile",
    "/.well-known/jwks.json",
    "/api/services/chat/openapi.json",
    "/api/services/chat/docs/",
    "/api/services/chat/health",
    "/api/services/presence/openapi.json",
    "/api/services/notification/openapi.json",
    "/api/services/file/openapi.json",
    "/api/services/identity/openapi.json",
    "/api/services/identity",
    "/api/threads",
    "/api/comments/none",
    "/api/posts/",
    "/api/categories",
    "/api/tags",
    "/api/reports",
    "/api/audit-log",
    "/api/search?q=x",
    "/ws/threads/none",
    "/api/activity-stream",
    "/api/feed",
    "/ws/feed",
    "/api/services/discussion/health",
    "/api/services/feed/health",
    "/",
    "/rooms/general",
];

/// Status and body of each address, asked without and with a token, and as a browser asks for a socket.
async fn answers(member: &Member, addresses: &[&str]) -> BTreeMap<String, (u16, String)> {
    let mut answers = BTreeMap::new();
    for &address in addresses {
        let mut nobody = member.clone();
        nobody.token = None;
        let request = |member: &Member| member.request(Method::GET, address);
        let upgrade = request(member)
            .header("connection", "upgrade")
            .header("upgrade", "websocket");
        for (how, request) in [
            ("nobody", request(&nobody)),
            ("a member", request(member)),
            ("a broken handshake", upgrade),
        ] {
            let answer = send(request).await;
            let status = answer.status.as_u16();
            answers.insert(format!("{address} by {how}"), (status, answer.text()));
        }
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_alone_answers_at_its_public_addresses_as_all_together_do() {
    for row in TABLE {
        let below = |address: &&&str| {
            let path = address.split('?').next().unwrap_or_default();
            lookup(path) == Some(row)
        };
        assert!(
            ADDRESSES.iter().any(|address| below(&address)),
            "{}",
            row.prefix
        );
    }
    let mut all = TestApp::embedded().start().await;
    let ann = all.member("ann");
    ann.post(
        "/api/chat/rooms",
        &serde_json::json!({"id": "general", "name": "General"}),
    )
    .await;
    let together = answers(&ann, ADDRESSES).await;
    all.stop().await;
    for service in ServiceName::ALL {
        let addresses: Vec<_> = ADDRESSES
            .iter()
            .copied()
            .filter(|address| {
                let path = address.split('?').next().unwrap_or_default();
                lookup(path).is_some_and(|row| row.service == service)
            })
            .collect();
        let mut alone = TestApp::embedded()
            .stores(&all.stores)
            .services(&[service])
            .start()
            .await;
        for (asked, answer) in answers(&ann.at(alone.site()), &addresses).await {
            assert_eq!(answer, together[&asked], "{asked} of {service}");
        }
        alone.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lone_chat_is_used_at_both_of_its_roots() {
    let app = TestApp::embedded()
        .open()
        .services(&[ServiceName::Chat])
        .start()
        .await;
    let ann = app.guest("ann");
    let mut socket = ann.chat("general").await;
    socket.send_text("hello").await;
    socket.next_message().await;
    let own = ann.get("/rooms/general/messages").await.expect(200);
    let public = ann.get("/api/chat/rooms/general/messages").await;
    assert_eq!(own[0]["content"], "hello");
    assert_eq!(public.expect(200), own);
    for other in [
        "/api/files/files",
        "/api/presence",
        "/api/chat/api/chat/rooms",
    ] {
        ann.get(other).await.expect_problem(404, "not_found");
    }
}
