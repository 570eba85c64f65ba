//! A client written from the document alone: no field, parameter or header of ours.

use std::collections::BTreeSet;

use folkmoot_common::ServiceName;
use folkmoot_tests::{
    app::{Backends, TestApp},
    on_both_backends,
};
use serde_json::{Value, json};

async fn chat(backends: Backends) -> TestApp {
    TestApp::on(backends)
        .services(&[ServiceName::Chat])
        .open()
        .start()
        .await
}

fn has(frame: &Value, fields: &[&str]) {
    let names: BTreeSet<_> = frame
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    for field in fields {
        assert!(names.contains(field), "{field} is missing in {frame}");
    }
}

const MESSAGE: &[&str] = &[
    "type",
    "id",
    "room_id",
    "user_id",
    "username",
    "content",
    "message_type",
    "file_url",
    "timestamp",
];

on_both_backends! {
    async fn frames_have_the_fields_of_the_document(backends: Backends) {
        let app = chat(backends).await;
        let mut alice = app.guest("alice").chat("general").await;
        let mut bob = app.guest("bob").chat("general").await;
        let joined = alice.expect("user_joined").await;
        let joined = if joined["user_id"] == "alice" { alice.expect("user_joined").await } else { joined };
        has(&joined, &["user_id", "username", "room_id", "timestamp"]);
        assert_eq!(joined["user_id"], "bob");

        alice.send(&json!({"type": "typing"})).await;
        let typing = bob.expect("typing").await;
        assert_eq!(typing, json!({"type": "typing", "user_id": "alice", "username": "alice", "room_id": "general"}));
        alice.send(&json!({"type": "stop_typing"})).await;
        has(&bob.expect("stop_typing").await, &["user_id", "username", "room_id"]);

        alice.send(&json!({"type": "message", "content": "Hello!"})).await;
        for socket in [&mut alice, &mut bob] {
            let message = socket.next_message().await;
            has(&message, MESSAGE);
            assert_eq!(message["content"], "Hello!");
            assert_eq!(message["message_type"], "text");
            assert_eq!(message["file_url"], Value::Null);
        }
        let file = json!({"type": "message", "content": "file.png", "message_type": "file", "file_url": "/api/files/123/download"});
        bob.send(&file).await;
        let message = alice.next_message().await;
        assert_eq!((&message["message_type"], &message["file_url"]), (&file["message_type"], &file["file_url"]));

        bob.close().await;
        let left = alice.expect("user_left").await;
        has(&left, &["user_id", "username", "room_id", "timestamp"]);
        assert_eq!(left["user_id"], "bob");
    }

    async fn a_sender_who_gives_no_client_id_gets_only_frames_of_the_document(backends: Backends) {
        let app = chat(backends).await;
        let mut alice = app.guest("alice").chat("general").await;
        alice.send_text("one").await;
        alice.next_message().await;
        let known = ["message", "typing", "stop_typing", "user_joined", "user_left"];
        for frame in alice.frames_until_now().await {
            assert!(known.contains(&frame["type"].as_str().expect("a type")), "{frame}");
        }
    }

    async fn rooms_and_history_are_there_over_rest(backends: Backends) {
        let app = chat(backends).await;
        let room = json!({"id": "devops", "name": "DevOps", "description": "Pipelines"});
        let made = app.post("/rooms", &room).await.expect(201);
        for field in ["id", "name", "description"] {
            assert_eq!(made[field], room[field]);
        }
        app.post("/rooms", &room).await.expect_problem(409, "room_exists");
        let mut alice = app.guest("alice").chat("devops").await;
        for n in 0..60 {
            alice.send_text(&n.to_string()).await;
            alice.next_message().await;
        }
        let rooms = app.get("/rooms").await.expect(200);
        assert_eq!(rooms[0]["id"], "devops");
        let contents = |messages: &Value| -> Vec<String> {
            let messages = messages.as_array().expect("a list").iter();
            messages.map(|message| message["content"].as_str().expect("text").to_owned()).collect()
        };
        let history = contents(&app.get("/rooms/devops/messages?limit=5").await.expect(200));
        assert_eq!(history, ["55", "56", "57", "58", "59"]);
        let default = contents(&app.get("/rooms/devops/messages").await.expect(200));
        assert_eq!((default.len(), default[0].as_str()), (50, "10"));
        assert_eq!(app.get("/health").await.expect(200)["status"], "ok");
    }
}
