use serde_json::json;

use super::{Discussion, nobody};

/// What each of the strings that people give may not be, and what no body may have.
#[tokio::test]
async fn what_is_too_long_or_not_known_is_refused() {
    let forum = Discussion::start().await;
    let ann = forum.member("ann");
    let body = "x";
    for (new, code) in [
        (json!({"title": "", "body": body}), "invalid_title"),
        (json!({"title": "  ", "body": body}), "invalid_title"),
        (
            json!({"title": "é".repeat(201), "body": body}),
            "invalid_title",
        ),
        (
            json!({"title": "a\u{202e}b", "body": body}),
            "invalid_title",
        ),
        (json!({"title": "a\nb", "body": body}), "invalid_title"),
        (json!({"title": "t", "body": ""}), "invalid_body"),
        (json!({"title": "t", "body": " \n"}), "invalid_body"),
        (
            json!({"title": "t", "body": "é".repeat(40_001)}),
            "invalid_body",
        ),
        (json!({"title": "t", "body": "a\u{0}b"}), "invalid_body"),
        (json!({"title": "t", "body": "a\u{7}b"}), "invalid_body"),
        (
            json!({"title": "t", "body": ">".repeat(300)}),
            "too_complex",
        ),
        (
            json!({"title": "t", "body": body, "tags": ["a", "b", "c", "d", "e", "f"]}),
            "invalid_tags",
        ),
        (
            json!({"title": "t", "body": body, "tags": ["A"]}),
            "invalid_tags",
        ),
        (
            json!({"title": "t", "body": body, "tags": [""]}),
            "invalid_tags",
        ),
        (
            json!({"title": "t", "body": body, "tags": ["x".repeat(33)]}),
            "invalid_tags",
        ),
        (
            json!({"title": "t", "body": body, "tags": "a"}),
            "invalid_body",
        ),
        (json!({"title": ["t"], "body": body}), "invalid_body"),
        (json!({"title": {"$ne": ""}, "body": body}), "invalid_body"),
        (json!({"body": body}), "invalid_body"),
        (
            json!({"title": "t", "body": body, "is_pinned": true}),
            "invalid_body",
        ),
        (
            json!({"title": "t", "body": body, "author_id": "id-bob"}),
            "invalid_body",
        ),
        (
            json!({"title": "t", "body": body, "created_at": "2020-01-01T00:00:00Z"}),
            "invalid_body",
        ),
    ] {
        let answer = forum.post(&ann, "/api/threads", new.clone()).await;
        assert_eq!(answer.problem(), (422, code), "{new:.80}");
    }
    let longest =
        json!({"title": "é".repeat(200), "body": "🐙".repeat(40_000), "tags": ["x".repeat(32)]});
    let thread = forum.post(&ann, "/api/threads", longest).await.expect(201);
    let path = format!("/api/threads/{}", thread["id"].as_str().unwrap());
    for change in [
        json!({"is_locked": true}),
        json!({"category": "x"}),
        json!({"like_count": 9}),
        json!({"deleted_at": null}),
    ] {
        assert_eq!(
            forum.put(&ann, &path, change).await.problem(),
            (422, "invalid_body")
        );
    }
    for new in [
        json!({"body": ""}),
        json!({"body": "x", "depth": 0}),
        json!({"body": 1}),
        json!({}),
    ] {
        assert_eq!(
            forum
                .post(&ann, &format!("{path}/comments"), new)
                .await
                .problem(),
            (422, "invalid_body")
        );
    }
    let large = json!({"title": "t", "body": "x".repeat(600 * 1024)});
    assert_eq!(
        forum.post(&ann, "/api/threads", large).await.problem(),
        (413, "too_large")
    );
}

#[tokio::test]
async fn a_category_is_checked_too() {
    let forum = Discussion::start().await;
    let admin = forum.person("root", &["admin"]);
    for new in [
        json!({"slug": "A", "name": "x"}),
        json!({"slug": "", "name": "x"}),
        json!({"slug": "a/b", "name": "x"}),
        json!({"slug": "x".repeat(51), "name": "x"}),
        json!({"slug": "a", "name": " "}),
        json!({"slug": "a", "name": "x".repeat(101)}),
        json!({"slug": "a", "name": "a\u{202e}"}),
        json!({"slug": "a", "name": "x", "description": "x".repeat(1001)}),
        json!({"slug": "a", "name": "x", "read_role": "a,b"}),
        json!({"slug": "a", "name": "x", "read_role": "*"}),
        json!({"slug": "a", "name": "x", "post_role": ""}),
    ] {
        assert_eq!(
            forum
                .post(&admin, "/api/categories", new.clone())
                .await
                .problem(),
            (422, "invalid_category"),
            "{new}"
        );
    }
    assert_eq!(
        forum
            .post(
                &admin,
                "/api/categories",
                json!({"slug": "general", "name": "x"})
            )
            .await
            .problem(),
        (409, "slug_taken")
    );
    forum.category("b", Some("staff"), None).await;
    assert_eq!(
        forum
            .put(&admin, "/api/categories/b", json!({"slug": "general"}))
            .await
            .problem(),
        (409, "slug_taken")
    );
    assert_eq!(
        forum
            .put(&admin, "/api/categories/general", json!({"slug": "x"}))
            .await
            .problem(),
        (409, "default_category")
    );
    assert_eq!(
        forum
            .delete(&admin, "/api/categories/general")
            .await
            .problem(),
        (409, "default_category")
    );
    let changed = forum
        .put(&admin, "/api/categories/b", json!({"name": "B"}))
        .await
        .expect(200);
    assert_eq!(
        (&changed["name"], &changed["read_role"]),
        (&json!("B"), &json!("staff")),
        "what is left out stays"
    );
    let opened = forum
        .put(&admin, "/api/categories/b", json!({"read_role": null}))
        .await
        .expect(200);
    assert_eq!(opened["read_role"], json!(null));
    let thread = forum.thread_in(&admin, "t", "b").await;
    assert_eq!(
        forum.delete(&admin, "/api/categories/b").await.problem(),
        (409, "category_not_empty")
    );
    forum
        .delete(&admin, &format!("/api/threads/{thread}"))
        .await
        .expect(204);
    assert_eq!(
        forum.delete(&admin, "/api/categories/b").await.problem(),
        (409, "category_not_empty")
    );
    forum.category("c", None, None).await;
    forum.delete(&admin, "/api/categories/c").await.expect(204);
    assert_eq!(
        forum.get(&nobody(), "/api/categories/c").await.problem(),
        (404, "category_not_found")
    );
}

#[tokio::test]
async fn categories_are_listed_in_their_order() {
    let forum = Discussion::start().await;
    let admin = forum.person("root", &["admin"]);
    for (slug, position) in [("z", -5), ("b", 3), ("a", 3), ("m", 7)] {
        forum
            .post(
                &admin,
                "/api/categories",
                json!({"slug": slug, "name": slug, "position": position}),
            )
            .await
            .expect(201);
    }
    let mut slugs = Vec::new();
    let mut next = Some("?limit=2".to_owned());
    while let Some(query) = next {
        let page = forum
            .get(&nobody(), &format!("/api/categories{query}"))
            .await;
        next = page.next();
        slugs.extend(
            super::texts(&page.expect(200), "slug")
                .into_iter()
                .map(str::to_owned),
        );
    }
    assert_eq!(slugs, ["z", "general", "a", "b", "m"]);
    assert_eq!(
        forum
            .get(&nobody(), "/api/categories?after=x")
            .await
            .problem(),
        (400, "invalid_cursor")
    );
}

#[tokio::test]
async fn writing_is_limited() {
    let forum = Discussion::with(
        &[],
        &["--comments-per-minute", "2", "--likes-per-minute", "1"],
    )
    .await;
    let (ann, bob) = (forum.member("ann"), forum.member("bob"));
    let thread = forum.thread(&ann, "t").await;
    forum.comment(&ann, &thread, "1", None).await;
    forum.comment(&ann, &thread, "2", None).await;
    let path = format!("/api/threads/{thread}");
    let refused = forum
        .post(&ann, &format!("{path}/comments"), json!({"body": "3"}))
        .await;
    assert_eq!(refused.problem(), (429, "rate_limited"));
    assert!(refused.headers.contains_key("retry-after"));
    forum.comment(&bob, &thread, "4", None).await;
    forum
        .call(&ann, "PUT", &format!("{path}/like"), None)
        .await
        .expect(200);
    assert_eq!(
        forum
            .call(&ann, "DELETE", &format!("{path}/like"), None)
            .await
            .problem(),
        (429, "rate_limited")
    );
    forum.clock.advance(chrono::TimeDelta::minutes(1));
    let ann = forum.member("ann");
    forum.comment(&ann, &thread, "5", None).await;
}
