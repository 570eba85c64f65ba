//! Bad input: a clear error, and nothing stored.

use folkmoot_common::ServiceName;
use folkmoot_tests::{
    app::{Member, Received, Refused, Socket, TestApp},
    on_both_backends,
};
use serde_json::{Value, json};
use tungstenite::{Message, client::IntoClientRequest as _};

/// Sends one frame on a socket of its own: the answer, or the close code.
async fn answer_to(member: &Member, frame: Message) -> Result<Value, Option<u16>> {
    let mut socket = member.chat("general").await;
    if socket.send_raw(frame).await.is_err() {
        return Err(None);
    }
    loop {
        match socket.receive().await {
            Received::Frame(frame) if frame["type"] == "error" => return Ok(frame),
            Received::Frame(_) => {}
            Received::Closed(code) => return Err(code),
        }
    }
}

on_both_backends! {
    async fn wrong_frames_are_answered_and_nothing_is_stored(backends: Backends) {
        let app = TestApp::on(backends).start().await;
        let ann = app.member("ann");
        let deep = format!(r#"{{"type":"message","content":{}{}}}"#, "[".repeat(20_000), "]".repeat(20_000));
        for (frame, code) in [
            ("".to_owned(), "malformed_frame"),
            ("{".to_owned(), "malformed_frame"),
            ("null".to_owned(), "malformed_frame"),
            (r#"{"type":["message"],"content":"a"}"#.to_owned(), "malformed_frame"),
            (deep, "malformed_frame"),
            (r#"{"type":"become_admin"}"#.to_owned(), "unknown_type"),
            (json!({"type": "message", "content": ""}).to_string(), "invalid_content"),
            (json!({"type": "message", "content": "a\u{0}b"}).to_string(), "invalid_content"),
            (json!({"type": "message", "content": "x".repeat(20_000)}).to_string(), "invalid_content"),
            (json!({"type": "message", "content": "a", "message_type": "html"}).to_string(), "invalid_message_type"),
            (json!({"type": "message", "content": "a", "file_url": "javascript:alert(1)"}).to_string(), "invalid_file_url"),
        ] {
            let error = answer_to(&ann, Message::text(frame.clone())).await.expect("an error frame");
            assert_eq!(error["code"], code, "{}", &frame[..frame.len().min(60)]);
        }
        let huge = json!({"type": "message", "content": "x".repeat(200_000)}).to_string();
        assert_eq!(answer_to(&ann, Message::text(huge)).await, Err(Some(1009)));
        assert_eq!(answer_to(&ann, Message::binary(vec![1, 2, 3])).await, Err(Some(1003)));
        assert_eq!(ann.get("/api/chat/rooms/general/messages").await.expect(200), json!([]));
    }

    async fn ids_that_mean_something_else_are_refused(backends: Backends) {
        let app = TestApp::on(backends).services(&[ServiceName::Chat]).open().start().await;
        for id in ["..", "a%2Fb", "a%5Cb", "a%00b", "a%0Ab", "%E2%80%AEx", "a%20b", &"x".repeat(10_000)] {
            for (room, user) in [(id, "ann"), ("general", id)] {
                let url = app.site().socket_url(&format!("/ws/{room}/{user}?username=ann"));
                let refused = Socket::open(&url).await.expect_err("a refusal");
                assert!(matches!(refused.status(), Some(400 | 404 | 414 | 431)), "{id:.20}: {refused:?}");
            }
            let history = app.get(&format!("/rooms/{id}/messages")).await;
            assert!(matches!(history.status.as_u16(), 400 | 404 | 414 | 431), "{id:.20}: {}", history.status);
        }
        for body in [json!({"id": "a/b"}), json!({"id": ".."}), json!({"id": ""}), json!({"id": "threads"}), json!({"id": "x".repeat(10_000)}),
            json!({"id": "ok", "name": "a\u{202e}b"}), json!({"id": "ok", "description": "x".repeat(501)})] {
            assert_eq!(app.post("/rooms", &body).await.status.as_u16(), 400, "{body:.60}");
        }
        app.post("/rooms", &json!({"id": {"$ne": ""}})).await.expect_problem(422, "invalid_body");
        app.post("/rooms", &json!([])).await.expect_problem(422, "invalid_body");
        assert_eq!(app.get("/rooms").await.expect(200), json!([]));
    }

    async fn nobody_makes_rooms_without_end(backends: Backends) {
        let app = TestApp::on(backends).set("CHAT_ROOMS_PER_HOUR", "2").start().await;
        let ann = app.member("ann");
        for room in ["one", "two"] {
            ann.post("/api/chat/rooms", &json!({"id": room})).await.expect(201);
        }
        let refused = ann.post("/api/chat/rooms", &json!({"id": "three"})).await;
        refused.expect_problem(429, "rate_limited");
        assert_eq!(refused.header("ratelimit-limit"), Some("2"));
        assert_eq!(refused.header("ratelimit-remaining"), Some("0"));
        assert_eq!(refused.header("retry-after"), refused.header("ratelimit-reset"));
        assert_eq!(ann.try_chat("three", "").await.expect_err("a refusal").status(), Some(429));
        ann.chat("two").await;
        assert_eq!(ann.get("/api/chat/rooms").await.expect(200).as_array().map(Vec::len), Some(2));
    }

    async fn pages_outside_the_range_are_refused(backends: Backends) {
        let app = TestApp::on(backends).start().await;
        let ann = app.member("ann");
        for limit in ["-1", "0", "201", "1000000000", "1e9", "ten", ""] {
            for path in ["/api/chat/rooms", "/api/chat/rooms/general/messages"] {
                ann.get(&format!("{path}?limit={limit}")).await.expect_problem(400, "invalid_limit");
            }
        }
        for query in ["before=-1", "after=x", "before=99999999999999999999"] {
            ann.get(&format!("/api/chat/rooms/general/messages?{query}")).await.expect_problem(400, "invalid_seq");
        }
        // SQLite compares with a NUL and finds nothing, PostgreSQL refuses it: neither is our failure.
        let nul = ann.get("/api/chat/rooms?after=%00").await.status.as_u16();
        assert!(matches!(nul, 200 | 400), "{nul}");
        ann.get("/api/chat/rooms/nowhere/messages").await.expect_problem(404, "room_not_found");
        ann.get("/api/chat/nothing").await.expect_problem(404, "not_found");
    }

    async fn tokens_that_do_not_count_open_nothing(backends: Backends) {
        let app = TestApp::on(backends).start().await;
        let (ann, bob) = (app.member("ann"), app.member("bob"));
        let issuer = app.stores.issuer();
        let good = issuer.claims(&ann.user_id, "ann", &["member"]);
        let mut expired = good.clone();
        (expired.iat, expired.exp) = (good.iat - 7_200, good.iat - 3_600);
        let mut elsewhere = good.clone();
        elsewhere.aud = "another".to_owned();
        let stranger = folkmoot_tests::app::Stores::embedded().issuer();
        let none = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.eyJzdWIiOiJhbm4ifQ.";
        for token in [issuer.sign(&expired), issuer.sign(&elsewhere), stranger.sign(&good), none.to_owned(), "x".to_owned()] {
            let impostor = app.site().member(&ann.user_id, "ann", &token);
            assert_eq!(impostor.try_chat("general", "").await.expect_err("a refusal").status(), Some(401));
            impostor.get("/api/chat/rooms").await.expect_problem(401, "unauthorized");
        }
        app.get("/api/chat/rooms").await.expect_problem(401, "unauthorized");
        let as_bob = app.site().member(&bob.user_id, "bob", ann.token.as_deref().expect("a token"));
        assert_eq!(as_bob.try_chat("general", "").await.expect_err("a refusal").status(), Some(403));
        assert_eq!(ann.get("/api/chat/rooms").await.expect(200), json!([]));
    }

    async fn a_page_of_another_origin_opens_no_socket(backends: Backends) {
        let app = TestApp::on(backends).set("PUBLIC_URL", "https://forum.example.org").start().await;
        let ann = app.member("ann");
        let token = ann.token.clone().expect("a token");
        let url = app.site().socket_url(&format!("/ws/general/{}?token={token}", ann.user_id));
        for (origin, allowed) in [
            ("https://evil.example", false), ("null", false), ("https://forum.example.org.evil.example", false),
            ("http://forum.example.org", false), ("https://forum.example.org", true),
        ] {
            let mut request = url.as_str().into_client_request().expect("a request");
            request.headers_mut().insert("origin", origin.parse().expect("a header"));
            match Socket::open(request).await {
                Ok(_) => assert!(allowed, "{origin}"),
                Err(Refused::Status(status, _)) => assert_eq!((status, allowed), (403, false), "{origin}"),
                Err(refused) => panic!("{refused:?}"),
            }
        }
    }
}
