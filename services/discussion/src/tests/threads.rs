use serde_json::{Value, json};

use super::{Discussion, nobody, texts};

#[tokio::test]
async fn a_thread_is_as_it_was_opened() {
    let forum = Discussion::start().await;
    let ann = forum.member("ann");
    let new = json!({"title": " Hello ", "body": "*world* @bob", "tags": ["b", "a", "b"]});
    let answer = forum.post(&ann, "/api/threads", new).await;
    let location = answer.headers["location"].to_str().unwrap().to_owned();
    let thread = answer.expect(201);
    assert_eq!(
        location,
        format!("/api/threads/{}", thread["id"].as_str().unwrap())
    );
    let fields: Vec<&String> = thread.as_object().unwrap().keys().collect();
    assert_eq!(fields.len(), 18, "{fields:?}");
    assert_eq!(thread["title"], "Hello");
    assert_eq!(thread["body_html"], "<p><em>world</em> @bob</p>\n");
    assert_eq!(thread["tags"], json!(["a", "b"]));
    assert_eq!(thread["category"]["slug"], "general");
    assert_eq!(
        thread["author"],
        json!({"user_id": "id-ann", "username": "ann", "avatar_url": null, "deleted": false})
    );
    for field in ["is_locked", "is_pinned", "liked"] {
        assert_eq!(thread[field], false, "{field}");
    }
    for field in ["comment_count", "like_count", "unread_count"] {
        assert_eq!(thread[field], 0, "{field}");
    }
    assert_eq!(forum.get(&ann, &location).await.expect(200), thread);
    let public = forum.get(&nobody(), &location).await.expect(200);
    assert_eq!(public["unread_count"], Value::Null);
    let list = forum.get(&nobody(), "/api/threads").await.expect(200);
    assert_eq!(
        (&list[0]["excerpt"], &list[0]["tags"]),
        (&json!("world @bob"), &json!(["a", "b"]))
    );
    assert!(list[0].get("body").is_none() && list[0].get("body_html").is_none());
}

/// Walks through all pages.
async fn all(forum: &Discussion, who: &super::Person, query: &str, limit: usize) -> Vec<String> {
    let mut titles = Vec::new();
    let mut next = Some(format!("?limit={limit}{query}"));
    while let Some(query) = next {
        let page = forum.get(who, &format!("/api/threads{query}")).await;
        next = page.next();
        let list = page.expect(200);
        assert!(list.as_array().unwrap().len() <= limit);
        titles.extend(texts(&list, "title").into_iter().map(str::to_owned));
    }
    titles
}

#[tokio::test]
async fn lists_are_in_order_whole_and_without_doubles() {
    let forum = Discussion::start().await;
    let (ann, bob) = (forum.member("ann"), forum.member("bob"));
    forum.category("news", None, None).await;
    let mut ids = Vec::new();
    for number in 0..7 {
        let who = if number % 2 == 0 { &ann } else { &bob };
        let category = if number < 3 { "news" } else { "general" };
        ids.push(forum.thread_in(who, &format!("t{number}"), category).await);
    }
    forum
        .put(
            &ann,
            &format!("/api/threads/{}", ids[4]),
            json!({"tags": ["x"]}),
        )
        .await
        .expect(200);
    forum
        .put(
            &bob,
            &format!("/api/threads/{}", ids[1]),
            json!({"tags": ["x", "y"]}),
        )
        .await
        .expect(200);
    forum.comment(&bob, &ids[2], "up", None).await;
    assert_eq!(forum.fold().await, 1);
    let nobody = nobody();
    for limit in [1, 2, 3, 200] {
        assert_eq!(
            all(&forum, &nobody, "", limit).await,
            ["t2", "t6", "t5", "t4", "t3", "t1", "t0"]
        );
        assert_eq!(
            all(&forum, &nobody, "&sort=new", limit).await,
            ["t6", "t5", "t4", "t3", "t2", "t1", "t0"]
        );
        assert_eq!(
            all(&forum, &nobody, "&category=news", limit).await,
            ["t2", "t1", "t0"]
        );
        assert_eq!(
            all(&forum, &nobody, "&category=news&sort=new", limit).await,
            ["t2", "t1", "t0"]
        );
        assert_eq!(all(&forum, &nobody, "&tag=x", limit).await, ["t4", "t1"]);
        assert_eq!(
            all(&forum, &nobody, "&author=id-bob", limit).await,
            ["t5", "t3", "t1"]
        );
        assert_eq!(
            all(&forum, &nobody, "&author=id-bob&tag=y&category=news", limit).await,
            ["t1"]
        );
    }
    let tags = forum.get(&nobody, "/api/tags").await.expect(200);
    assert_eq!(
        tags,
        json!([{"tag": "x", "thread_count": 2}, {"tag": "y", "thread_count": 1}])
    );
    for bad in [
        "after=x",
        "sort=top",
        "limit=0",
        "limit=201",
        "tag=A",
        "author=a%2Fb",
        "unread=maybe",
        "page=2",
    ] {
        let answer = forum.get(&nobody, &format!("/api/threads?{bad}")).await;
        assert_eq!(answer.status, 400, "{bad}");
    }
    assert_eq!(
        forum
            .get(&nobody, "/api/threads?category=none")
            .await
            .problem(),
        (404, "category_not_found")
    );
    assert_eq!(
        forum
            .get(&nobody, "/api/threads?unread=true")
            .await
            .problem(),
        (401, "unauthorized")
    );
}

#[tokio::test]
async fn an_edit_keeps_what_was_there() {
    let forum = Discussion::start().await;
    let (ann, bob, moderator) = (
        forum.member("ann"),
        forum.member("bob"),
        forum.person("mo", &["moderator"]),
    );
    let id = forum.thread(&ann, "one").await;
    let path = format!("/api/threads/{id}");
    assert_eq!(
        forum
            .put(&bob, &path, json!({"title": "mine"}))
            .await
            .problem(),
        (403, "forbidden")
    );
    let same = forum
        .put(&ann, &path, json!({"title": "one"}))
        .await
        .expect(200);
    assert_eq!(same["edited_at"], Value::Null);
    forum.tick();
    let edited = forum
        .put(&ann, &path, json!({"title": "two"}))
        .await
        .expect(200);
    assert_eq!(
        (&edited["title"], &edited["body"]),
        (&json!("two"), &json!("Some words."))
    );
    assert!(edited["edited_at"].is_string());
    forum
        .put(&moderator, &path, json!({"body": "Other words."}))
        .await
        .expect(200);
    let history = forum
        .get(&nobody(), &format!("{path}/history"))
        .await
        .expect(200);
    let seen: Vec<_> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["title"].as_str().unwrap(),
                one["edited_by"]["user_id"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(seen, [("two", "id-mo"), ("one", "id-ann")]);
    let first = forum
        .get(&nobody(), &format!("{path}/history?limit=1"))
        .await;
    let next = first.next().unwrap();
    let rest = forum.get(&nobody(), &format!("{path}/history{next}")).await;
    assert!(rest.next().is_none());
    assert_eq!(texts(&rest.expect(200), "title"), ["one"]);
    // Tags alone are no other text.
    forum
        .put(&ann, &path, json!({"tags": ["x"]}))
        .await
        .expect(200);
    let history = forum
        .get(&nobody(), &format!("{path}/history"))
        .await
        .expect(200);
    assert_eq!(history.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_deleted_thread_is_there_for_moderators_only() {
    let forum = Discussion::start().await;
    let (ann, bob, moderator) = (
        forum.member("ann"),
        forum.member("bob"),
        forum.person("mo", &["moderator"]),
    );
    let id = forum.thread(&ann, "secret").await;
    let comment = forum.comment(&bob, &id, "also", None).await;
    let path = format!("/api/threads/{id}");
    assert_eq!(
        forum.delete(&bob, &path).await.problem(),
        (403, "forbidden")
    );
    forum.delete(&ann, &path).await.expect(204);
    for who in [&nobody(), &ann, &bob] {
        assert_eq!(
            forum.get(who, &path).await.problem(),
            (404, "thread_not_found")
        );
        assert_eq!(
            forum.get(who, &format!("{path}/comments")).await.problem(),
            (404, "thread_not_found")
        );
        assert_eq!(
            forum.get(who, &format!("{path}/history")).await.problem(),
            (404, "thread_not_found")
        );
        assert_eq!(
            forum
                .get(who, &format!("/api/comments/{comment}"))
                .await
                .problem(),
            (404, "comment_not_found")
        );
        assert_eq!(forum.get(who, "/api/threads").await.expect(200), json!([]));
    }
    assert_eq!(
        forum
            .post(&bob, &format!("{path}/comments"), json!({"body": "x"}))
            .await
            .problem(),
        (404, "thread_not_found")
    );
    assert_eq!(
        forum
            .call(&bob, "PUT", &format!("{path}/like"), None)
            .await
            .problem(),
        (404, "thread_not_found")
    );
    let seen = forum.get(&moderator, &path).await.expect(200);
    assert!(seen["deleted_at"].is_string());
    for (method, rest, body) in [
        ("POST", "/comments", Some(json!({"body": "x"}))),
        ("PUT", "", Some(json!({"title": "x"}))),
        ("PUT", "/like", None),
    ] {
        let answer = forum
            .call(&moderator, method, &format!("{path}{rest}"), body)
            .await;
        assert_eq!(answer.problem(), (409, "thread_deleted"), "{method} {rest}");
    }
    forum.delete(&moderator, &path).await.expect(204);
    assert_eq!(
        forum
            .events()
            .await
            .iter()
            .filter(|event| event.r#type == "discussion.thread.deleted")
            .count(),
        1
    );
}

#[tokio::test]
async fn unread_is_what_others_wrote_since() {
    let forum = Discussion::start().await;
    let (ann, bob) = (forum.member("ann"), forum.member("bob"));
    let quiet = forum.thread(&ann, "quiet").await;
    let busy = forum.thread(&ann, "busy").await;
    let count = async |who: &super::Person, id: &str| {
        forum
            .get(who, &format!("/api/threads/{id}"))
            .await
            .expect(200)["unread_count"]
            .clone()
    };
    let first = forum.comment(&ann, &busy, "one", None).await;
    forum.comment(&bob, &busy, "two", None).await;
    assert_eq!(
        (count(&ann, &busy).await, count(&bob, &busy).await),
        (json!(1), json!(1))
    );
    assert_eq!(
        all(&forum, &bob, "&unread=true", 50).await,
        ["busy", "quiet"]
    );
    assert_eq!(all(&forum, &ann, "&unread=true", 50).await, ["busy"]);
    let read = async |who: &super::Person, id: &str, body: Option<Value>| {
        forum
            .call(who, "PUT", &format!("/api/threads/{id}/read"), body)
            .await
    };
    let position = read(&bob, &busy, None).await.expect(200);
    assert_eq!(position["unread_count"], 0);
    read(&bob, &quiet, None).await.expect(200);
    assert!(all(&forum, &bob, "&unread=true", 50).await.is_empty());
    let third = forum.comment(&ann, &busy, "three", None).await;
    assert_eq!(count(&bob, &busy).await, 1);
    // The way back is not taken.
    let position = read(&bob, &busy, Some(json!({"comment_id": first})))
        .await
        .expect(200);
    assert_eq!(position["unread_count"], 1);
    let position = read(&bob, &busy, Some(json!({"comment_id": third})))
        .await
        .expect(200);
    assert_eq!(
        (&position["comment_id"], &position["unread_count"]),
        (&json!(third), &json!(0))
    );
    forum.comment(&ann, &quiet, "wakes", None).await;
    forum.fold().await;
    assert_eq!(all(&forum, &bob, "&unread=true", 50).await, ["quiet"]);
    forum
        .delete(
            &ann,
            &format!(
                "/api/comments/{}",
                forum.comment(&ann, &busy, "gone", None).await
            ),
        )
        .await
        .expect(204);
    assert_eq!(
        count(&bob, &busy).await,
        0,
        "what was deleted is not unread"
    );

    assert_eq!(
        read(&bob, &quiet, Some(json!({"comment_id": first})))
            .await
            .problem(),
        (422, "invalid_comment")
    );
    assert_eq!(
        read(&bob, &quiet, Some(json!({"x": 1}))).await.problem(),
        (422, "invalid_body")
    );
    assert_eq!(
        read(&nobody(), &quiet, None).await.problem(),
        (401, "unauthorized")
    );
    // After a month nothing is unread any more.
    forum.clock.advance(chrono::TimeDelta::days(31));
    let bob = forum.member("bob");
    assert!(all(&forum, &bob, "&unread=true", 50).await.is_empty());
}

#[tokio::test]
async fn a_text_of_another_renderer_is_made_anew() {
    use folkmoot_common::{db::sqlx, with_writer};
    let forum = Discussion::start().await;
    let ann = forum.member("ann");
    let id = forum.thread(&ann, "old").await;
    let comment = forum.comment(&ann, &id, "**x**", None).await;
    for table in [
        "update threads set body_html = '<script>', rendered_by = 0",
        "update comments set body_html = '<script>', rendered_by = 0",
    ] {
        with_writer!(&forum.state.store.db, db => sqlx::query(table).execute(db).await.map(|_| ()))
            .unwrap();
    }
    let thread = forum
        .get(&ann, &format!("/api/threads/{id}"))
        .await
        .expect(200);
    assert_eq!(thread["body_html"], "<p>Some words.</p>\n");
    let html = "<p><strong>x</strong></p>\n";
    assert_eq!(
        forum
            .get(&ann, &format!("/api/comments/{comment}"))
            .await
            .expect(200)["body_html"],
        html
    );
    assert_eq!(
        forum
            .get(&ann, &format!("/api/threads/{id}/comments"))
            .await
            .expect(200)[0]["body_html"],
        html
    );
}
