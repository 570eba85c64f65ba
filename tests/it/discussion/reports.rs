//! Reports and their queue.

use super::forum::{Forum, PRIVATE, all, comment, id, thread, thread_in};
use folkmoot_tests::on_both_backends;
use serde_json::{Value, json};

fn why() -> Value {
    json!({"reason": "an advertisement"})
}

on_both_backends! {
    async fn a_report_is_made_once_and_seen_to(backends: Backends) {
        let forum = Forum::start(backends).await;
        let (ann, bob, moderator) = (forum.member("ann"), forum.member("bob"), &forum.moderator);
        let made = thread(&ann, "Buy stones", "cheap").await;
        let reply = comment(&ann, &made, "really **cheap** stones").await;
        let path = format!("/api/threads/{}/report", id(&made));
        let report = bob.post(&path, &why()).await.expect(201);
        assert_eq!((&report["status"], &report["thread_id"]), (&json!("open"), &made["id"]));
        bob.post(&path, &why()).await.expect_problem(409, "already_reported");
        let of_comment = format!("/api/comments/{}/report", id(&reply));
        bob.post(&of_comment, &why()).await.expect(201);
        bob.post(&of_comment, &why()).await.expect_problem(409, "already_reported");

        let queue = moderator.get("/api/reports").await.expect(200);
        assert_eq!(queue.as_array().unwrap().len(), 2);
        assert_eq!((&queue[0]["comment_id"], &queue[0]["excerpt"]), (&reply["id"], &json!("really cheap stones")));
        assert_eq!((&queue[1]["title"], &queue[1]["reporter"]["username"]), (&json!("Buy stones"), &json!("bob")));
        assert_eq!((&queue[1]["author"]["username"], &queue[1]["reason"]), (&json!("ann"), &json!("an advertisement")));

        let resolve = format!("/api/reports/{}/resolve", id(&report));
        let body = json!({"action": "dismiss", "note": "it is not"});
        let dismissed = moderator.post(&resolve, &body).await.expect(200);
        assert_eq!((&dismissed["status"], &dismissed["resolution"]), (&json!("dismissed"), &json!("it is not")));
        assert_eq!(dismissed["resolved_by"], json!(moderator.user_id));
        moderator.post(&resolve, &body).await.expect_problem(409, "already_resolved");
        assert_eq!(moderator.get("/api/reports?status=dismissed").await.expect(200).as_array().unwrap().len(), 1);
        // Then there may be another one.
        bob.post(&path, &why()).await.expect(201);
    }

    async fn what_is_deleted_by_its_report_ends_all_reports_of_it(backends: Backends) {
        let forum = Forum::start(backends).await;
        let (ann, moderator) = (forum.member("ann"), &forum.moderator);
        let made = thread(&ann, "Thread", "text").await;
        let reply = comment(&ann, &made, "bad").await;
        let mut reports = Vec::new();
        for name in ["bob", "cat", "dan"] {
            let path = format!("/api/comments/{}/report", id(&reply));
            reports.push(forum.member(name).post(&path, &why()).await.expect(201));
        }
        let on_thread = forum.member("eve").post(&format!("/api/threads/{}/report", id(&made)), &why()).await.expect(201);
        let resolve = format!("/api/reports/{}/resolve", id(&reports[0]));
        moderator.post(&resolve, &json!({"action": "delete"})).await.expect(200);
        let open = moderator.get("/api/reports").await.expect(200);
        assert_eq!(open.as_array().unwrap().len(), 1, "{open}");
        assert_eq!(open[0]["id"], on_thread["id"]);
        let comments = ann.get(&format!("/api/threads/{}/comments", id(&made))).await.expect(200);
        assert!(comments[0]["body"].is_null() && !comments[0]["deleted_at"].is_null(), "{comments}");
        let resolve = format!("/api/reports/{}/resolve", id(&on_thread));
        moderator.post(&resolve, &json!({"action": "delete", "note": ""})).await.expect(200);
        ann.get(&format!("/api/threads/{}", id(&made))).await.expect_problem(404, "thread_not_found");
        let log = moderator.get(&format!("/api/audit-log?target={}", id(&made))).await.expect(200);
        assert_eq!(log[0]["action"], "thread.deleted");
        // What is deleted is reported no more: whoever does not see it does not find it, and the others are told.
        let path = format!("/api/threads/{}/report", id(&made));
        ann.post(&path, &why()).await.expect_problem(404, "thread_not_found");
        moderator.post(&path, &why()).await.expect_problem(409, "thread_deleted");
    }

    async fn the_queue_has_pages_and_only_what_its_reader_may_read(backends: Backends) {
        let forum = Forum::with_private(backends).await;
        let (ann, sue) = (forum.member("ann"), forum.staff("sue"));
        let made = thread(&ann, "Thread", "text").await;
        for number in 0..7 {
            let path = format!("/api/threads/{}/report", id(&made));
            forum.member(&format!("m{number}")).post(&path, &why()).await.expect(201);
        }
        let hidden = thread_in(&sue, "hidden", "zanzibarium", PRIVATE).await;
        let hidden_path = format!("/api/threads/{}/report", id(&hidden));
        let report = sue.post(&hidden_path, &why()).await.expect(201);

        assert_eq!(all(&forum.moderator, "/api/reports?limit=3").await.len(), 7);
        assert_eq!(all(&forum.admin, "/api/reports?limit=3").await.len(), 8);
        let staff_moderator = forum.with_roles("both", &["member", "moderator", "staff"]);
        assert_eq!(all(&staff_moderator, "/api/reports?limit=3").await.len(), 8);
        let resolve = format!("/api/reports/{}/resolve", id(&report));
        let body = json!({"action": "delete"});
        forum.moderator.post(&resolve, &body).await.expect_problem(404, "report_not_found");
        for member in [&ann, &sue] {
            member.get("/api/reports").await.expect_problem(403, "forbidden");
            member.post(&resolve, &body).await.expect_problem(403, "forbidden");
        }
        forum.site().get("/api/reports").await.expect_problem(401, "unauthorized");
        // Reporting is no way to read: neither tells an outsider that it is there.
        let refused = ann.post(&hidden_path, &why()).await;
        assert!(!refused.text().contains("zanzibarium"));
        refused.expect_problem(404, "thread_not_found");
        forum.site().post(&hidden_path, &why()).await.expect_problem(401, "unauthorized");
        staff_moderator.post(&resolve, &json!({"action": "resolve"})).await.expect(200);
        for status in ["closed", "open'--"] {
            let path = format!("/api/reports?status={status}");
            forum.moderator.get(&path).await.expect_problem(400, "invalid_query");
        }
    }

    async fn reasons_are_texts_of_some_length(backends: Backends) {
        let forum = Forum::start(backends).await;
        let ann = forum.member("ann");
        let made = thread(&ann, "Thread", "text").await;
        let path = format!("/api/threads/{}/report", id(&made));
        for reason in [json!(""), json!("  "), json!("x".repeat(1001)), json!("a\u{0}b"), json!("a\u{1b}[31m")] {
            ann.post(&path, &json!({"reason": reason})).await.expect_problem(422, "invalid_reason");
        }
        for body in [json!({}), json!({"reason": ["x"]}), json!({"reason": "x", "status": "resolved"}), json!(7)] {
            ann.post(&path, &body).await.expect_problem(422, "invalid_body");
        }
        let markup = json!({"reason": "\"><img src=x onerror=alert(1)> </script>"});
        let report = ann.post(&path, &markup).await.expect(201);
        let resolve = format!("/api/reports/{}/resolve", id(&report));
        for body in [json!({"action": "ban"}), json!({}), json!({"action": "dismiss", "status": "open"})] {
            forum.moderator.post(&resolve, &body).await.expect_problem(422, "invalid_body");
        }
        let long = json!({"action": "dismiss", "note": "x".repeat(1001)});
        forum.moderator.post(&resolve, &long).await.expect_problem(422, "invalid_reason");
        for wrong in ["x", "..%2f", "00000000-0000-0000-0000-000000000000"] {
            let path = format!("/api/reports/{wrong}/resolve");
            forum.moderator.post(&path, &json!({"action": "dismiss"})).await.expect_problem(404, "report_not_found");
        }
    }
}
