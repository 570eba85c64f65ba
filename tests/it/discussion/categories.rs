//! Categories and what they close, on both backends.

use folkmoot_tests::on_both_backends;
use serde_json::json;

use super::forum::{Forum, PRIVATE, all, comment, id, put, put_empty, thread_in};

on_both_backends! {
    async fn categories_are_made_changed_and_deleted_by_admins(backends: Backends) {
        let forum = Forum::start(backends).await;
        let ann = forum.member("ann");
        let new = json!({"slug": "news", "name": "News", "description": "What is new", "position": -1, "post_role": "editor"});
        ann.post("/api/categories", &new).await.expect_problem(403, "forbidden");
        forum.site().post("/api/categories", &new).await.expect_problem(401, "unauthorized");
        let made = forum.admin.post("/api/categories", &new).await.expect(201);
        assert_eq!((&made["may_post"], &made["position"]), (&json!(true), &json!(-1)));
        forum.admin.post("/api/categories", &new).await.expect_problem(409, "slug_taken");
        let list = all(&ann, "/api/categories?limit=1").await;
        let seen: Vec<_> = list.iter().map(|one| (one["slug"].as_str().unwrap(), one["may_post"].as_bool().unwrap())).collect();
        assert_eq!(seen, [("news", false), ("general", true)]);

        let thread = json!({"title": "t", "body": "x", "category": "news"});
        ann.post("/api/threads", &thread).await.expect_problem(403, "forbidden");
        let editor = forum.with_roles("ed", &["member", "editor"]);
        editor.post("/api/threads", &thread).await.expect(201);
        ann.post("/api/threads", &json!({"title": "t", "body": "x", "category": "none"})).await.expect_problem(404, "category_not_found");

        forum.admin.delete("/api/categories/news").await.expect_problem(409, "category_not_empty");
        put(&forum.admin, "/api/categories/news", &json!({"slug": "general"})).await.expect_problem(409, "slug_taken");
        let changed = put(&forum.admin, "/api/categories/news", &json!({"slug": "old-news", "post_role": null})).await.expect(200);
        assert_eq!((&changed["name"], &changed["post_role"]), (&json!("News"), &json!(null)));
        ann.get("/api/categories/news").await.expect_problem(404, "category_not_found");
        forum.category("empty", None).await;
        forum.admin.delete("/api/categories/empty").await.expect(204);
        forum.admin.delete("/api/categories/general").await.expect_problem(409, "default_category");
    }

    async fn what_is_closed_is_not_there_for_others(backends: Backends) {
        let forum = Forum::with_private(backends).await;
        let (staff, sly) = (forum.staff("sam"), forum.with_roles("sly", &["member", "staf_", "staffx", ",staff,", "*", "%"]));
        let closed = thread_in(&staff, "zanzibar", "zanzibar", PRIVATE).await;
        let written = comment(&staff, &closed, "zanzibar").await;
        let (t, c) = (format!("/api/threads/{}", id(&closed)), format!("/api/comments/{}", id(&written)));
        let nobody = forum.app.guest("nobody");
        let outsiders = [&nobody, &forum.member("out"), &forum.moderator, &sly];
        for who in outsiders {
            for list in ["/api/threads", "/api/threads?sort=new", "/api/threads?tag=stones", "/api/tags", "/api/categories",
                &format!("/api/threads?author={}", staff.user_id)] {
                let text = who.get(list).await.expect(200).to_string();
                assert!(!text.contains("zanzibar") && !text.contains("staff") && !text.contains("stones"), "{list}: {text}");
            }
            for path in [&t, &format!("{t}/comments"), &format!("{t}/history"), &c, &format!("{c}/history")] {
                assert_eq!(who.get(path).await.status, 404, "{path}");
            }
        }
        for who in [&forum.member("out"), &forum.moderator, &sly] {
            who.post(&format!("{t}/comments"), &json!({"body": "x"})).await.expect_problem(404, "thread_not_found");
            put(who, &t, &json!({"title": "x"})).await.expect_problem(404, "thread_not_found");
            put(who, &c, &json!({"body": "x"})).await.expect_problem(404, "comment_not_found");
            for path in [&t, &c] {
                assert_eq!(who.delete(path).await.status, 404);
                assert_eq!(who.delete(&format!("{path}/like")).await.status, 404);
                assert_eq!(put_empty(who, &format!("{path}/like")).await.status, 404);
            }
            put_empty(who, &format!("{t}/read")).await.expect_problem(404, "thread_not_found");
            // As the parent of what stands elsewhere it is not told either.
            let own = thread_in(who, "mine", "x", "general").await;
            let new = json!({"body": "x", "parent_id": id(&written)});
            who.post(&format!("/api/threads/{}/comments", id(&own)), &new).await.expect_problem(422, "invalid_parent");
        }
        for who in [&staff, &forum.admin] {
            assert_eq!(who.get(&t).await.expect(200)["title"], "zanzibar");
        }
    }
}
