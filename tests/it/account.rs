//! The end of an account, and what is handed out before it, over all services.

use folkmoot_tests::{
    app::{Answer, Member, PASSWORD, Received, Site, TestApp, send},
    on_both_backends, wait,
};
use reqwest::Method;
use serde_json::{Value, json};

const EXPORTS: &str = "/api/users/me/exports";

async fn leave(member: &Member, password: &str) -> Answer {
    let body = json!({"password": password});
    send(member.request(Method::DELETE, "/api/users/me").json(&body)).await
}

async fn upload(member: &Member, name: &str) -> Value {
    let content = format!("a file of {}", member.username).into_bytes();
    let answer = member
        .upload("/api/files/upload", name, "text/plain", content)
        .await;
    answer.expect(201)
}

async fn names_in(site: &Site, member: &Member, room: &str) -> Vec<String> {
    let messages = member
        .at(site)
        .get(&format!("/api/chat/rooms/{room}/messages"))
        .await
        .expect(200);
    let messages = messages.as_array().expect("a list").iter();
    messages
        .map(|message| message["username"].as_str().expect("a name").to_owned())
        .collect()
}

/// The lines of a part, once it is there.
async fn part(member: &Member, export: &str, service: &str) -> Vec<Value> {
    let path = format!("{EXPORTS}/{export}/{service}");
    let what = format!("the part of {service} is there");
    let answer = wait::until(&what, async || {
        let answer = member.get(&path).await;
        (answer.status == 200).then_some(answer)
    })
    .await;
    let disposition = answer.header("content-disposition").expect("a disposition");
    assert!(
        disposition.starts_with("attachment; filename=\"folkmoot-"),
        "{disposition}"
    );
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    answer
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

on_both_backends! {
    async fn who_goes_is_gone_in_every_service(backends: Backends) {
        let app = TestApp::on(backends).start().await;
        // Somebody must stay admin.
        app.register("chair").await;
        let (ann, bob) = (app.register("ann").await, app.register("bob").await);
        let file = upload(&ann, "ann.txt").await;
        let kept = upload(&bob, "bob.txt").await;
        let mut socket = ann.chat("general").await;
        let mut other = bob.chat("general").await;
        socket.send_text("from ann").await;
        other.next_message().await;
        other.send_text("from bob").await;
        ann.post_empty(&format!("/api/presence/{}/heartbeat", ann.user_id)).await.expect(200);
        send(ann.request(Method::PUT, "/api/users/@bob/follow")).await.expect(200);

        leave(&ann, "a wrong guess").await.expect_problem(403, "wrong_password");
        leave(&ann, PASSWORD).await.expect(204);
        let closed = async {
            loop {
                if let Received::Closed(_) = socket.receive().await {
                    return;
                }
            }
        };
        wait::within("the socket is closed", closed).await;
        wait::until("every service refuses", async || {
            let paths = ["/api/auth/me", "/api/chat/rooms", "/api/files/files", "/api/profile"];
            for path in paths {
                if ann.get(path).await.status != 401 {
                    return None;
                }
            }
            Some(())
        })
        .await;

        wait::until("the message has no name", async || {
            (names_in(app.site(), &bob, "general").await == ["deleted", "bob"]).then_some(())
        })
        .await;
        wait::until("the file is gone", async || {
            let path = format!("/api/files/{}", file["id"].as_str().expect("an id"));
            (bob.get(&path).await.status == 404).then_some(())
        })
        .await;
        wait::until("nobody is online", async || {
            let seen = bob.get(&format!("/api/presence/{}", ann.user_id)).await.expect(200);
            (seen["status"] == "offline").then_some(())
        })
        .await;
        bob.get(kept["url"].as_str().expect("an address")).await;
        assert_eq!(app.get("/api/users/@bob").await.expect(200)["follower_count"], 0);
        app.get("/api/users/@ann").await.expect_problem(404, "user_not_found");
        let again = json!({"email": "new@example.org", "username": "Ann", "password": PASSWORD});
        app.post("/api/auth/register", &again).await.expect_problem(409, "username_taken");

        // All the same after a restart.
        let app = app.restart().await;
        ann.at(app.site()).get("/api/auth/me").await.expect_problem(401, "unauthorized");
        assert_eq!(names_in(app.site(), &bob, "general").await, ["deleted", "bob"]);
    }

    async fn an_export_holds_what_services_keep_of_its_owner(backends: Backends) {
        let app = TestApp::on(backends).start().await;
        let (ann, bob) = (app.register("ann").await, app.register("bob").await);
        let text = "for </script> and \u{202e} and \"quotes\"\nand lines";
        for (member, count) in [(&ann, 3), (&bob, 2)] {
            let mut socket = member.chat("general").await;
            for _ in 0..count {
                socket.send_text(text).await;
                socket.next_message().await;
            }
        }
        let file = upload(&ann, "ann.txt").await;
        upload(&bob, "bob.txt").await;
        send(ann.request(Method::PUT, "/api/users/@bob/follow")).await.expect(200);

        app.post(EXPORTS, &json!({})).await.expect_problem(401, "unauthorized");
        let export = ann.post_empty(EXPORTS).await.expect(202);
        let id = export["id"].as_str().expect("an id");
        let messages = part(&ann, id, "chat").await;
        assert_eq!(messages.len(), 3);
        for message in &messages {
            assert_eq!(message["type"], "message");
            assert_eq!(message["data"]["content"], text);
            assert_eq!(message["data"]["user_id"], ann.user_id.as_str());
        }
        let files = part(&ann, id, "file").await;
        assert_eq!(files.len(), 1);
        assert_eq!(files[0]["data"]["url"], file["url"]);
        let account = part(&ann, id, "identity").await;
        assert_eq!(account[0]["data"]["email"], "ann@example.org");
        assert!(account.iter().any(|line| line["type"] == "follow" && line["data"]["username"] == "bob"));
        let whole = Value::from(account).to_string();
        assert!(!whole.contains("argon2"), "{whole}");

        let done = wait::until("every part is there", async || {
            let export = ann.get(&format!("{EXPORTS}/{id}")).await.expect(200);
            (export["status"] == "done").then_some(export)
        })
        .await;
        assert_eq!(done["missing"], json!([]));
        for service in ["chat", "discussion", "file", "identity", "notification"] {
            let lines = Value::from(part(&ann, id, service).await).to_string();
            assert!(!lines.contains("bob@example.org") && !lines.contains("bob.txt"), "{service}: {lines}");
        }

        for path in [format!("{EXPORTS}/{id}"), format!("{EXPORTS}/{id}/chat")] {
            bob.get(&path).await.expect_problem(404, "export_not_found");
            app.get(&path).await.expect_problem(401, "unauthorized");
        }
        assert_eq!(bob.get(EXPORTS).await.expect(200), json!([]));
        // Nor is it a file of the file service.
        for path in [
            format!("/api/files/exports%2f{id}%2fchat.jsonl/download"),
            format!("/api/files/..%2fexports%2f{id}%2fchat.jsonl/download"),
            format!("/api/files/{id}/download"),
        ] {
            let answer = ann.get(&path).await;
            assert!([400, 404].contains(&answer.status.as_u16()), "{path}: {}", answer.status);
        }
    }

    async fn an_export_goes_with_its_owner(backends: Backends) {
        let app = TestApp::on(backends).start().await;
        app.register("chair").await;
        let ann = app.register("ann").await;
        let export = ann.post_empty(EXPORTS).await.expect(202);
        let id = export["id"].as_str().expect("an id");
        part(&ann, id, "chat").await;
        leave(&ann, PASSWORD).await.expect(204);
        ann.get(&format!("{EXPORTS}/{id}/chat")).await.expect_problem(401, "unauthorized");
    }
}
