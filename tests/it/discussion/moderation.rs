//! What moderators do to threads, and the log of it.

use super::forum::{
    Forum, PRIVATE, STAFF, all, comment, form, id, post_form, put, put_empty, thread, thread_in,
};
use folkmoot_common::db::sqlx::{self, Connection as _};
use folkmoot_tests::{
    app::{Backends, Member, TestApp, send},
    on_both_backends, wait,
};
use reqwest::Method;
use serde_json::{Value, json};

async fn delete_with_body(by: &Member, path: &str) -> Value {
    send(by.request(Method::DELETE, path)).await.expect(200)
}

on_both_backends! {
    async fn a_locked_thread_takes_nothing_new(backends: Backends) {
        let forum = Forum::start(backends).await;
        let (ann, bob, moderator) = (forum.member("ann"), forum.member("bob"), &forum.moderator);
        let made = thread(&ann, "Thread", "text").await;
        let reply = comment(&bob, &made, "before").await;
        let path = format!("/api/threads/{}", id(&made));
        let locked = put_empty(moderator, &format!("{path}/lock")).await.expect(200);
        assert_eq!(locked["is_locked"], true);
        // Again is no error.
        put_empty(moderator, &format!("{path}/lock")).await.expect(200);

        let comments = format!("{path}/comments");
        let text = json!({"body": "late"});
        for member in [&ann, &bob] {
            member.post(&comments, &text).await.expect_problem(403, "thread_locked");
            put_empty(member, &format!("{path}/like")).await.expect_problem(403, "thread_locked");
            let like = format!("/api/comments/{}/like", id(&reply));
            put_empty(member, &like).await.expect_problem(403, "thread_locked");
            let answer = json!({"body": "late", "parent_id": id(&reply)});
            member.post(&comments, &answer).await.expect_problem(403, "thread_locked");
        }
        put(&ann, &path, &text).await.expect_problem(403, "thread_locked");
        put(&bob, &format!("/api/comments/{}", id(&reply)), &text).await.expect_problem(403, "thread_locked");
        let files = form(&[], &[("files", "a.txt", b"late")]);
        post_form(&ann, &format!("{path}/attachments"), files).await.expect_problem(403, "thread_locked");
        // Reading and reporting go on, and moderators may write.
        bob.get(&path).await.expect(200);
        bob.post(&format!("{path}/report"), &json!({"reason": "why?"})).await.expect(201);
        moderator.post(&comments, &text).await.expect(201);

        assert_eq!(delete_with_body(moderator, &format!("{path}/lock")).await["is_locked"], false);
        bob.post(&comments, &text).await.expect(201);
        let log = moderator.get(&format!("/api/audit-log?target={}", id(&made))).await.expect(200);
        let actions: Vec<&Value> = log.as_array().unwrap().iter().map(|entry| &entry["action"]).collect();
        assert_eq!(actions, ["thread.unlocked", "thread.locked"], "what changes nothing is not written down");
        assert_eq!(log[0]["actor"], json!({"user_id": moderator.user_id, "username": "mod"}));
    }

    async fn pinned_threads_stand_before_the_others(backends: Backends) {
        let forum = Forum::start(backends).await;
        let ann = forum.member("ann");
        let first = thread(&ann, "First", "text").await;
        let second = thread(&ann, "Second", "text").await;
        let order = async || {
            let list = ann.get("/api/threads").await.expect(200);
            list.as_array().unwrap().iter().map(|one| id(one).to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(order().await, [id(&second), id(&first)]);
        let path = format!("/api/threads/{}/pin", id(&first));
        assert_eq!(put_empty(&forum.moderator, &path).await.expect(200)["is_pinned"], true);
        assert_eq!(order().await, [id(&first), id(&second)]);
        assert_eq!(delete_with_body(&forum.moderator, &path).await["is_pinned"], false);
        assert_eq!(order().await, [id(&second), id(&first)]);
    }

    async fn a_moved_thread_is_read_by_those_of_its_new_category(backends: Backends) {
        let forum = Forum::with_private(backends).await;
        forum.category("workshop", None).await;
        let (ann, sue) = (forum.member("ann"), forum.staff("sue"));
        let made = thread(&ann, "Thread", "text").await;
        let path = format!("/api/threads/{}", id(&made));
        let to = |slug: &str| json!({"category": slug});
        let moved = forum.moderator.post(&format!("{path}/move"), &to("workshop")).await.expect(200);
        assert_eq!(moved["category"]["slug"], "workshop");
        // A moderator who may not read a category moves nothing there; one who may does.
        forum.moderator.post(&format!("{path}/move"), &to(PRIVATE)).await.expect_problem(404, "category_not_found");
        forum.moderator.post(&format!("{path}/move"), &to("nowhere")).await.expect_problem(404, "category_not_found");
        let both = forum.with_roles("both", &["member", "moderator", STAFF]);
        both.post(&format!("{path}/move"), &to(PRIVATE)).await.expect(200);
        for outsider in [&ann, &forum.moderator] {
            outsider.get(&path).await.expect_problem(404, "thread_not_found");
            outsider.post(&format!("{path}/move"), &to("general")).await.expect_problem(404, "thread_not_found");
        }
        sue.get(&path).await.expect(200);
        // Who does not see the category does not see the entry either.
        let log = format!("/api/audit-log?target={}", id(&made));
        assert_eq!(forum.moderator.get(&log).await.expect(200).as_array().unwrap().len(), 1);
        assert_eq!(forum.admin.get(&log).await.expect(200).as_array().unwrap().len(), 2);
        both.post(&format!("{path}/move"), &to("general")).await.expect(200);
        ann.get(&path).await.expect(200);
    }

    async fn what_was_deleted_takes_nothing_until_it_is_restored(backends: Backends) {
        let forum = Forum::start(backends).await;
        let (ann, bob, moderator) = (forum.member("ann"), forum.member("bob"), &forum.moderator);
        let made = thread(&ann, "Thread", "text").await;
        let reply = comment(&bob, &made, "reply").await;
        let path = format!("/api/threads/{}", id(&made));
        let of_reply = format!("/api/comments/{}", id(&reply));

        ann.delete(&path).await.expect(204);
        for member in [&ann, &bob] {
            member.get(&path).await.expect_problem(404, "thread_not_found");
            member.get(&of_reply).await.expect_problem(404, "comment_not_found");
            member.post(&format!("{path}/restore"), &json!({})).await.expect_problem(404, "thread_not_found");
            member.post(&format!("{of_reply}/restore"), &json!({})).await.expect_problem(404, "comment_not_found");
        }
        moderator.get(&path).await.expect(200);
        let text = json!({"body": "late"});
        moderator.post(&format!("{path}/comments"), &text).await.expect_problem(409, "thread_deleted");
        put(moderator, &path, &text).await.expect_problem(409, "thread_deleted");
        for verb in ["lock", "pin", "like"] {
            put_empty(moderator, &format!("{path}/{verb}")).await.expect_problem(409, "thread_deleted");
        }
        moderator.post(&format!("{path}/move"), &json!({"category": "general"})).await.expect_problem(409, "thread_deleted");
        moderator.post(&format!("{of_reply}/restore"), &json!({})).await.expect_problem(409, "thread_deleted");
        let files = form(&[], &[("files", "a.txt", b"late")]);
        post_form(moderator, &format!("{path}/attachments"), files).await.expect_problem(409, "thread_deleted");

        let restored = moderator.post_empty(&format!("{path}/restore")).await.expect(200);
        assert!(restored["deleted_at"].is_null(), "{restored}");
        moderator.post_empty(&format!("{path}/restore")).await.expect(200);
        assert_eq!(ann.get(&path).await.expect(200)["comment_count"], 1);

        bob.delete(&of_reply).await.expect(204);
        assert_eq!(ann.get(&path).await.expect(200)["comment_count"], 0);
        bob.post_empty(&format!("{of_reply}/restore")).await.expect_problem(403, "forbidden");
        for _ in 0..2 {
            let restored = moderator.post_empty(&format!("{of_reply}/restore")).await.expect(200);
            assert_eq!(restored["body"], "reply");
        }
        assert_eq!(ann.get(&path).await.expect(200)["comment_count"], 1);
        let log = all(&forum.admin, "/api/audit-log").await;
        let actions: Vec<&str> = log.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
        assert_eq!(actions, ["comment.restored", "thread.restored"]);
    }

    async fn only_moderators_moderate(backends: Backends) {
        let forum = Forum::with_private(backends).await;
        let (ann, sue) = (forum.member("ann"), forum.staff("sue"));
        let open = thread(&ann, "Open", "text").await;
        let hidden = thread_in(&sue, "Hidden", "text", PRIVATE).await;
        let body = json!({"category": "general"});
        let verbs = [("PUT", "lock"), ("DELETE", "lock"), ("PUT", "pin"), ("DELETE", "pin"), ("POST", "move"), ("POST", "restore")];
        for (method, verb) in verbs {
            let ask = async |by: &Member, thread: &Value| {
                let path = format!("/api/threads/{}/{verb}", id(thread));
                send(by.request(method.parse().unwrap(), &path).json(&body)).await
            };
            let nobody = forum.site().guest("nobody");
            ask(&nobody, &open).await.expect_problem(401, "unauthorized");
            ask(&nobody, &hidden).await.expect_problem(401, "unauthorized");
            ask(&ann, &open).await.expect_problem(403, "forbidden");
            ask(&ann, &hidden).await.expect_problem(404, "thread_not_found");
            ask(&forum.moderator, &hidden).await.expect_problem(404, "thread_not_found");
            ask(&sue, &hidden).await.expect_problem(403, "forbidden");
            ask(&forum.moderator, &open).await.expect(200);
        }
        for member in [&ann, &sue] {
            member.get("/api/audit-log").await.expect_problem(403, "forbidden");
        }
        forum.site().get("/api/audit-log").await.expect_problem(401, "unauthorized");
        assert_eq!(all(&forum.moderator, "/api/audit-log?limit=2").await.len(), 4);
        let mine = format!("/api/audit-log?limit=1&actor={}", forum.moderator.user_id);
        assert_eq!(all(&forum.moderator, &mine).await.len(), 4);
        assert_eq!(all(&forum.moderator, &format!("/api/audit-log?actor={}", ann.user_id)).await.len(), 0);
    }

    async fn the_audit_log_is_append_only(backends: Backends) {
        let forum = Forum::start(backends).await;
        let made = thread(&forum.member("ann"), "Thread", "text").await;
        put_empty(&forum.moderator, &format!("/api/threads/{}/lock", id(&made))).await.expect(200);
        let statements = ["update audit_log set action = 'nothing'", "delete from audit_log", "delete from audit_log where action = 'thread.locked'"];
        match backends {
            Backends::Embedded => {
                let file = forum.app.stores.data_dir().join("discussion.db");
                let url = format!("sqlite://{}", file.display());
                let mut database = sqlx::SqliteConnection::connect(&url).await.unwrap();
                for statement in statements {
                    let refused = sqlx::query(statement).execute(&mut database).await.unwrap_err();
                    assert!(refused.to_string().contains("append-only"), "{refused}");
                }
            }
            Backends::Real => {
                let url = forum.app.stores.database.clone().unwrap();
                let mut database = sqlx::PgConnection::connect(&url).await.unwrap();
                sqlx::query("set search_path to discussion").execute(&mut database).await.unwrap();
                for statement in statements.into_iter().chain(["truncate audit_log"]) {
                    let refused = sqlx::query(statement).execute(&mut database).await.unwrap_err();
                    assert!(refused.to_string().contains("append-only"), "{refused}");
                }
            }
        }
        assert_eq!(all(&forum.moderator, "/api/audit-log").await.len(), 1);
    }

    async fn what_moderators_do_to_accounts_is_in_the_same_log(backends: Backends) {
        let app = TestApp::on(backends).start().await;
        let (admin, eve) = (app.admin().await, app.register("eve").await);
        let path = format!("/api/users/{}/ban", eve.user_id);
        let banned = admin.post(&path, &json!({"reason": "advertisements", "until": null})).await;
        assert!(banned.status.is_success(), "{}", banned.text());
        let log = format!("/api/audit-log?target={}", eve.user_id);
        let entry = wait::until("the ban is written down", async || {
            admin.get(&log).await.expect(200).get(0).cloned()
        })
        .await;
        assert_eq!((&entry["action"], &entry["detail"]["reason"]), (&json!("user.banned"), &json!("advertisements")));
        assert_eq!((&entry["actor"]["user_id"], &entry["target_type"]), (&json!(admin.user_id), &json!("user")));
        let unbanned = admin.delete(&path).await;
        assert!(unbanned.status.is_success(), "{}", unbanned.text());
        wait::until("its end too", async || {
            let log = admin.get(&log).await.expect(200);
            (log[0]["action"] == "user.unbanned").then_some(())
        })
        .await;
    }
}
