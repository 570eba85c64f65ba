//! Role × object × verb, for the routes of this service that the part "core" has.

use serde_json::{Value, json};

use super::{Discussion, Person, nobody, texts};

const BODY: &str = "x";

/// What may be done to a thread and a comment in it, and the statuses for somebody who sees them but is not the author,
/// the author, and a moderator who sees them.
fn verbs(thread: &str, comment: &str) -> Vec<(&'static str, String, Option<Value>, [u16; 3])> {
    let (t, c) = (
        format!("/api/threads/{thread}"),
        format!("/api/comments/{comment}"),
    );
    vec![
        ("GET", t.clone(), None, [200, 200, 200]),
        ("GET", format!("{t}/comments"), None, [200, 200, 200]),
        (
            "GET",
            format!("{t}/comments?root={comment}"),
            None,
            [200, 200, 200],
        ),
        ("GET", format!("{t}/history"), None, [200, 200, 200]),
        ("GET", c.clone(), None, [200, 200, 200]),
        ("GET", format!("{c}/history"), None, [200, 200, 200]),
        (
            "POST",
            format!("{t}/comments"),
            Some(json!({"body": BODY})),
            [201, 201, 201],
        ),
        (
            "POST",
            format!("{t}/comments"),
            Some(json!({"body": BODY, "parent_id": comment})),
            [201, 201, 201],
        ),
        ("PUT", format!("{t}/like"), None, [200, 200, 200]),
        ("DELETE", format!("{t}/like"), None, [200, 200, 200]),
        ("PUT", format!("{c}/like"), None, [200, 200, 200]),
        ("DELETE", format!("{c}/like"), None, [200, 200, 200]),
        ("PUT", format!("{t}/read"), None, [200, 200, 200]),
        (
            "PUT",
            t.clone(),
            Some(json!({"title": "new"})),
            [403, 200, 200],
        ),
        (
            "PUT",
            c.clone(),
            Some(json!({"body": "new"})),
            [403, 200, 200],
        ),
        ("DELETE", c, None, [403, 204, 204]),
        ("DELETE", t, None, [403, 204, 204]),
    ]
}

async fn check(
    forum: &Discussion,
    who: &Person,
    name: &str,
    category: &str,
    author: &Person,
    expected: impl Fn(&str, [u16; 3]) -> u16,
) {
    let (thread, comment) = (forum.thread_in(author, "t", category).await, None::<String>);
    let comment = match comment {
        Some(comment) => comment,
        None => forum.comment(author, &thread, "c", None).await,
    };
    for (method, path, body, statuses) in verbs(&thread, &comment) {
        let answer = forum.call(who, method, &path, body).await;
        let status = expected(method, statuses);
        assert_eq!(
            answer.status.as_u16(),
            status,
            "{name}: {method} {path} in {category}: {}",
            answer.body
        );
        assert!(
            status != 404
                || answer.body["code"]
                    .as_str()
                    .unwrap()
                    .ends_with("_not_found")
        );
    }
}

#[tokio::test]
async fn who_may_act_may_see_and_who_may_not_see_finds_nothing() {
    let forum = Discussion::start().await;
    forum.category("staff-only", Some("staff"), None).await;
    let author = forum.person("author", &["member", "staff"]);
    let [stranger, staff] = [
        forum.member("stranger"),
        forum.person("colleague", &["staff"]),
    ];
    let [moderator, admin] = [
        forum.person("mo", &["moderator"]),
        forum.person("root", &["admin"]),
    ];
    let staff_moderator = forum.person("chief", &["staff", "moderator"]);
    let is_read = |method: &str| method == "GET";

    for (who, name, index) in [
        (&stranger, "stranger", 0),
        (&staff, "staff", 0),
        (&author, "author", 1),
        (&moderator, "moderator", 2),
        (&admin, "admin", 2),
    ] {
        check(&forum, who, name, "general", &author, |_, statuses| {
            statuses[index]
        })
        .await;
    }
    check(
        &forum,
        &nobody(),
        "nobody",
        "general",
        &author,
        |method, _| if is_read(method) { 200 } else { 401 },
    )
    .await;

    for (who, name, index) in [
        (&staff, "staff", 0),
        (&author, "author", 1),
        (&staff_moderator, "staff moderator", 2),
        (&admin, "admin", 2),
    ] {
        check(&forum, who, name, "staff-only", &author, |_, statuses| {
            statuses[index]
        })
        .await;
    }
    for (who, name) in [(&stranger, "stranger"), (&moderator, "moderator")] {
        check(&forum, who, name, "staff-only", &author, |_, _| 404).await;
    }
    check(
        &forum,
        &nobody(),
        "nobody",
        "staff-only",
        &author,
        |method, _| if is_read(method) { 404 } else { 401 },
    )
    .await;
}

#[tokio::test]
async fn nothing_of_a_closed_category_is_told_outside() {
    let forum = Discussion::start().await;
    forum.category("board", Some("board_member"), None).await;
    let insider = forum.person("insider", &["board_member"]);
    let thread = forum.thread_in(&insider, "zanzibar", "board").await;
    forum
        .put(
            &insider,
            &format!("/api/threads/{thread}"),
            json!({"tags": ["zanzibar"], "body": "zanzibar"}),
        )
        .await
        .expect(200);
    forum.comment(&insider, &thread, "zanzibar", None).await;
    let outsiders = [
        nobody(),
        forum.member("outsider"),
        forum.person("mo", &["moderator"]),
        // `_` matches nothing else, and no role hides in another.
        forum.person(
            "sly",
            &[
                "boardxmember",
                "board",
                "member",
                ",board_member,",
                "%",
                "*",
            ],
        ),
    ];
    for who in &outsiders {
        for path in [
            "/api/threads",
            "/api/threads?sort=new",
            "/api/threads?tag=zanzibar",
            "/api/threads?author=id-insider",
            "/api/tags",
            "/api/categories",
        ] {
            let answer = forum.get(who, path).await.expect(200);
            let text = answer.to_string();
            assert!(
                !text.contains("zanzibar") && !text.contains("board"),
                "{path}: {text}"
            );
        }
        assert_eq!(
            forum
                .get(who, "/api/threads?category=board")
                .await
                .problem(),
            (404, "category_not_found")
        );
        assert_eq!(
            forum.get(who, "/api/categories/board").await.problem(),
            (404, "category_not_found")
        );
        if who.token.is_some() {
            let new = json!({"title": "t", "body": "b", "category": "board"});
            assert_eq!(
                forum.post(who, "/api/threads", new).await.problem(),
                (404, "category_not_found")
            );
        }
    }
    for who in [&insider, &forum.person("root", &["admin"])] {
        let list = forum
            .get(who, "/api/threads?tag=zanzibar")
            .await
            .expect(200);
        assert_eq!(texts(&list, "title"), ["zanzibar"]);
    }
    // The category is opened, and closed again.
    let admin = forum.person("root", &["admin"]);
    forum
        .put(&admin, "/api/categories/board", json!({"read_role": null}))
        .await
        .expect(200);
    forum
        .get(&nobody(), &format!("/api/threads/{thread}"))
        .await
        .expect(200);
    forum
        .put(
            &admin,
            "/api/categories/board",
            json!({"read_role": "admin"}),
        )
        .await
        .expect(200);
    assert_eq!(
        forum
            .get(&insider, &format!("/api/threads/{thread}"))
            .await
            .problem(),
        (404, "thread_not_found")
    );
}

#[tokio::test]
async fn a_locked_thread_takes_nothing_new() {
    use folkmoot_common::{db::sqlx, with_writer};
    let forum = Discussion::start().await;
    let (ann, bob, moderator) = (
        forum.member("ann"),
        forum.member("bob"),
        forum.person("mo", &["moderator"]),
    );
    let thread = forum.thread(&ann, "t").await;
    let (mine, liked) = (
        forum.comment(&ann, &thread, "mine", None).await,
        forum.comment(&ann, &thread, "liked", None).await,
    );
    forum
        .call(&bob, "PUT", &format!("/api/comments/{liked}/like"), None)
        .await
        .expect(200);
    with_writer!(&forum.state.store.db, db => sqlx::query("update threads set is_locked = 1").execute(db).await.map(|_| ())).unwrap();
    let (t, c) = (
        format!("/api/threads/{thread}"),
        format!("/api/comments/{mine}"),
    );
    let new = || {
        vec![
            ("POST", format!("{t}/comments"), Some(json!({"body": "x"}))),
            (
                "POST",
                format!("{t}/comments"),
                Some(json!({"body": "x", "parent_id": mine})),
            ),
            ("PUT", t.clone(), Some(json!({"title": "x"}))),
            ("PUT", c.clone(), Some(json!({"body": "x"}))),
            ("PUT", format!("{t}/like"), None),
            ("PUT", format!("{c}/like"), None),
        ]
    };
    for (method, path, body) in new() {
        let answer = forum.call(&ann, method, &path, body).await;
        assert_eq!(answer.problem(), (403, "thread_locked"), "{method} {path}");
    }
    for (method, path, body) in new() {
        let answer = forum.call(&moderator, method, &path, body).await;
        assert!(
            answer.status.is_success(),
            "{method} {path}: {}",
            answer.body
        );
    }
    forum
        .call(&bob, "DELETE", &format!("/api/comments/{liked}/like"), None)
        .await
        .expect(200);
    forum
        .call(&bob, "PUT", &format!("{t}/read"), None)
        .await
        .expect(200);
    forum.delete(&ann, &c).await.expect(204);
    forum.delete(&ann, &t).await.expect(204);
}

#[tokio::test]
async fn categories_are_for_admins_and_writing_may_need_a_role() {
    let forum = Discussion::start().await;
    forum.category("news", None, Some("editor")).await;
    let (ann, editor, moderator) = (
        forum.member("ann"),
        forum.person("ed", &["editor"]),
        forum.person("mo", &["moderator"]),
    );
    let new = json!({"slug": "x", "name": "x"});
    for (who, problem) in [
        (&nobody(), (401, "unauthorized")),
        (&ann, (403, "forbidden")),
        (&moderator, (403, "forbidden")),
    ] {
        assert_eq!(
            forum
                .post(who, "/api/categories", new.clone())
                .await
                .problem(),
            problem
        );
        assert_eq!(
            forum
                .put(who, "/api/categories/news", json!({"name": "y"}))
                .await
                .problem(),
            problem
        );
        assert_eq!(
            forum.delete(who, "/api/categories/news").await.problem(),
            problem
        );
    }
    let thread = json!({"title": "t", "body": "b", "category": "news"});
    for who in [&ann, &moderator] {
        assert_eq!(
            forum
                .post(who, "/api/threads", thread.clone())
                .await
                .problem(),
            (403, "forbidden")
        );
        assert_eq!(
            forum.get(who, "/api/categories/news").await.expect(200)["may_post"],
            false
        );
    }
    let id = forum.thread_in(&editor, "t", "news").await;
    let comment = forum
        .post(
            &ann,
            &format!("/api/threads/{id}/comments"),
            json!({"body": "x"}),
        )
        .await;
    assert_eq!(comment.problem(), (403, "forbidden"));
    forum
        .call(&ann, "PUT", &format!("/api/threads/{id}/like"), None)
        .await
        .expect(200);
}

#[tokio::test]
async fn reading_may_be_for_members() {
    let forum = Discussion::with(&["--public-read", "no"], &[]).await;
    let ann = forum.member("ann");
    let id = forum.thread(&ann, "t").await;
    let comment = forum.comment(&ann, &id, "c", None).await;
    for path in [
        "/api/threads".to_owned(),
        format!("/api/threads/{id}"),
        format!("/api/threads/{id}/comments"),
        format!("/api/threads/{id}/history"),
        format!("/api/comments/{comment}"),
        format!("/api/comments/{comment}/history"),
        "/api/categories".to_owned(),
        "/api/categories/general".to_owned(),
        "/api/tags".to_owned(),
    ] {
        assert_eq!(
            forum.get(&nobody(), &path).await.problem(),
            (401, "unauthorized"),
            "{path}"
        );
        forum.get(&ann, &path).await.expect(200);
    }
}
