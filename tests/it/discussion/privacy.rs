//! What is in a private category: a word of it reaches nobody from outside, by whatever door.

use super::forum::{
    Forum, PRIVATE, comment, form, id, post_form, put, put_empty, socket, socket_url, thread,
};
use folkmoot_tests::{
    app::{Answer, Member, Socket, send},
    on_both_backends,
};
use reqwest::Method;
use serde_json::{Value, json};

const WORD: &str = "zanzibarium";

struct Hidden {
    thread: Value,
    reply: Value,
    file: Value,
    report: Value,
}

/// A thread with the word in every text that it has.
async fn hide(by: &Member) -> Hidden {
    let fields = [
        ("title", "About zanzibarium"),
        ("body", "zanzibarium is a metal"),
        ("category", PRIVATE),
        ("tags", "zanzibarium"),
    ];
    let file: [(&str, &str, &[u8]); 1] = [("files", "zanzibarium.txt", b"zanzibarium")];
    let thread = post_form(by, "/api/threads", form(&fields, &file))
        .await
        .expect(201);
    let reply = comment(by, &thread, "more zanzibarium").await;
    let reason = json!({"reason": "zanzibarium"});
    let report = by
        .post(&format!("/api/comments/{}/report", id(&reply)), &reason)
        .await
        .expect(201);
    put(
        by,
        &format!("/api/threads/{}", id(&thread)),
        &json!({"body": "zanzibarium still"}),
    )
    .await
    .expect(200);
    put(
        by,
        &format!("/api/comments/{}", id(&reply)),
        &json!({"body": "zanzibarium!"}),
    )
    .await
    .expect(200);
    Hidden {
        file: thread["attachments"][0].clone(),
        thread,
        reply,
        report,
    }
}

/// Every list and document. What they answer somebody may depend on who asks, never on what is hidden.
fn lists(owner: &Member) -> Vec<String> {
    let author = &owner.user_id;
    let mut paths: Vec<String> = [
        "/api/threads",
        "/api/threads?sort=new",
        "/api/threads?tag=zanzibarium",
        "/api/threads?limit=1",
        "/api/posts",
        "/api/posts/",
        "/api/posts?tag=zanzibarium",
        "/api/categories",
        "/api/tags",
        "/api/search?q=zanzibarium",
        "/api/search?q=zanzibarium&in=comments",
        "/api/search?q=metal",
        "/api/search?q=zanzibarium&category=staff-room",
        "/api/threads/feed.atom",
        "/api/threads/feed.rss",
    ]
    .map(str::to_owned)
    .to_vec();
    for path in [
        "/api/threads?author=",
        "/api/posts?author=",
        "/api/search?q=zanzibarium&author=",
    ] {
        paths.push(format!("{path}{author}"));
    }
    paths
}

/// Every verb on a thing that is hidden, with a body that would do.
fn verbs(hidden: &Hidden) -> Vec<(Method, String, Value)> {
    let thread = format!("/api/threads/{}", id(&hidden.thread));
    let post = format!("/api/posts/{}", id(&hidden.thread));
    let reply = format!("/api/comments/{}", id(&hidden.reply));
    let text = json!({"body": "x"});
    let mut verbs = Vec::new();
    let mut add = |method: Method, path: String, body: Value| verbs.push((method, path, body));
    for path in [&thread, &reply, &post] {
        add(Method::GET, path.clone(), Value::Null);
        add(Method::DELETE, path.clone(), Value::Null);
    }
    for path in [&thread, &reply] {
        add(Method::PUT, path.clone(), text.clone());
        add(Method::GET, format!("{path}/history"), Value::Null);
        add(
            Method::POST,
            format!("{path}/report"),
            json!({"reason": "x"}),
        );
        add(Method::POST, format!("{path}/restore"), Value::Null);
        add(Method::PUT, format!("{path}/like"), Value::Null);
        add(Method::DELETE, format!("{path}/like"), Value::Null);
    }
    add(Method::PUT, post.clone(), json!({"content": "x"}));
    add(
        Method::POST,
        format!("{post}/comments"),
        json!({"content": "x"}),
    );
    add(
        Method::POST,
        format!("/api/posts/comment/{}", id(&hidden.thread)),
        json!({"content": "x"}),
    );
    add(
        Method::PUT,
        format!("/api/posts/like/{}", id(&hidden.thread)),
        Value::Null,
    );
    add(Method::GET, format!("{thread}/comments"), Value::Null);
    add(
        Method::GET,
        format!("{thread}/comments?root={}", id(&hidden.reply)),
        Value::Null,
    );
    add(
        Method::GET,
        format!("{thread}/comments?sort=new"),
        Value::Null,
    );
    add(Method::POST, format!("{thread}/comments"), text.clone());
    add(
        Method::PUT,
        format!("{thread}/read"),
        json!({"comment_id": id(&hidden.reply)}),
    );
    for verb in ["lock", "pin"] {
        add(Method::PUT, format!("{thread}/{verb}"), Value::Null);
        add(Method::DELETE, format!("{thread}/{verb}"), Value::Null);
    }
    add(
        Method::POST,
        format!("{thread}/move"),
        json!({"category": "general"}),
    );
    let file = hidden.file["url"].as_str().unwrap().to_owned();
    add(Method::GET, file.clone(), Value::Null);
    add(Method::DELETE, file, Value::Null);
    add(
        Method::GET,
        format!("/api/categories/{PRIVATE}"),
        Value::Null,
    );
    for kind in ["atom", "rss"] {
        add(
            Method::GET,
            format!("/api/categories/{PRIVATE}/feed.{kind}"),
            Value::Null,
        );
    }
    add(
        Method::GET,
        format!("/api/threads?category={PRIVATE}"),
        Value::Null,
    );
    add(
        Method::POST,
        "/api/threads".to_owned(),
        json!({"title": "x", "body": "x", "category": PRIVATE}),
    );
    add(
        Method::POST,
        "/api/posts".to_owned(),
        json!({"content": "x", "category": PRIVATE}),
    );
    verbs
}

async fn ask(by: &Member, method: &Method, path: &str, body: &Value) -> Answer {
    let request = by.request(method.clone(), path);
    send(if body.is_null() {
        request
    } else {
        request.json(body)
    })
    .await
}

fn says_nothing(answer: &Answer, of: &str) {
    let text = answer.text().to_lowercase();
    assert!(
        !text.contains(WORD) && !text.contains(PRIVATE),
        "{of}: {text}"
    );
    for (name, value) in &answer.headers {
        let value = String::from_utf8_lossy(value.as_bytes()).to_lowercase();
        assert!(!value.contains(WORD), "{of}: {name}: {value}");
    }
}

on_both_backends! {
    async fn no_door_leads_to_what_is_hidden(backends: Backends) {
        let forum = Forum::with_private(backends).await;
        let (ann, sue) = (forum.member("ann"), forum.staff("sue"));
        let nobody = forum.site().guest("nobody");
        let open = thread(&ann, "Open", "text").await;
        // What outsiders get before anything is hidden is what they get afterwards.
        let outsiders = [&nobody, &ann, &forum.moderator];
        let mut before = Vec::new();
        for outsider in outsiders {
            for path in lists(&sue) {
                before.push(outsider.get(&path).await.text());
            }
        }
        let hidden = hide(&sue).await;
        let mut before = before.into_iter();
        for outsider in outsiders {
            for path in lists(&sue) {
                let answer = outsider.get(&path).await;
                says_nothing(&answer, &path);
                assert_eq!(Some(answer.text()), before.next(), "{path}");
            }
        }
        for (method, path, body) in verbs(&hidden) {
            for outsider in outsiders {
                let of = format!("{method} {path}");
                let answer = ask(outsider, &method, &path, &body).await;
                says_nothing(&answer, &of);
                let expected: &[u16] = match (outsider.token.is_some(), method == Method::GET) {
                    (false, false) => &[401],
                    _ => &[404],
                };
                assert!(expected.contains(&answer.status.as_u16()), "{of}: {} {}", answer.status, answer.text());
            }
        }
        for path in ["/api/reports", "/api/reports?status=resolved", "/api/audit-log"] {
            says_nothing(&forum.moderator.get(path).await, path);
        }
        let resolve = format!("/api/reports/{}/resolve", id(&hidden.report));
        let answer = forum.moderator.post(&resolve, &json!({"action": "delete"})).await;
        answer.expect_problem(404, "report_not_found");
        // An answer to what is hidden from within what is not.
        let answer = json!({"body": "x", "parent_id": id(&hidden.reply)});
        let refused = ann.post(&format!("/api/threads/{}/comments", id(&open)), &answer).await;
        assert!([404, 422].contains(&refused.status.as_u16()), "{}", refused.text());
        says_nothing(&refused, "a comment on a hidden comment");
        // And those who may see it still do: none of this changed anything.
        let read = sue.get(&format!("/api/threads/{}", id(&hidden.thread))).await.expect(200);
        assert_eq!((&read["title"], &read["comment_count"]), (&json!("About zanzibarium"), &json!(1)));
        assert_eq!((&read["is_locked"], &read["like_count"]), (&json!(false), &json!(0)));
    }

    async fn no_socket_tells_of_what_is_hidden(backends: Backends) {
        let forum = Forum::with_private(backends).await;
        let (ann, sue) = (forum.member("ann"), forum.staff("sue"));
        let open = thread(&ann, "Open", "text").await;
        let mut page = socket(&ann, &open).await;
        let hidden = hide(&sue).await;
        for outsider in [&ann, &forum.moderator] {
            let url = socket_url(outsider, id(&hidden.thread));
            let refused = Socket::open(&url).await.unwrap_err();
            assert_eq!(refused.status(), Some(404));
            assert!(!format!("{refused:?}").contains(WORD));
        }
        let mut inside = socket(&sue, &hidden.thread).await;
        comment(&sue, &hidden.thread, "zanzibarium again").await;
        put_empty(&sue, &format!("/api/threads/{}/like", id(&hidden.thread))).await.expect(200);
        inside.expect("comment.created").await;
        inside.expect("thread.like.updated").await;
        assert_eq!(page.frames_until_now().await, Vec::<Value>::new());
    }

    async fn what_becomes_private_is_found_nowhere_any_more(backends: Backends) {
        let forum = Forum::start(backends).await;
        let (ann, sue) = (forum.member("ann"), forum.staff("sue"));
        forum.category(PRIVATE, None).await;
        let hidden = hide(&ann).await;
        assert!(forum.site().get("/api/search?q=zanzibarium").await.text().contains(WORD));
        let closed = json!({"read_role": "staff"});
        put(&forum.admin, &format!("/api/categories/{PRIVATE}"), &closed).await.expect(200);
        let nobody = forum.site().guest("nobody");
        // Its author is an outsider now, like everybody else.
        for outsider in [&nobody, &ann, &forum.moderator] {
            for path in lists(&ann) {
                says_nothing(&outsider.get(&path).await, &path);
            }
            for (method, path, body) in verbs(&hidden) {
                if outsider.token.is_some() || method == Method::GET {
                    let answer = ask(outsider, &method, &path, &body).await;
                    says_nothing(&answer, &path);
                    assert_eq!(answer.status, 404, "{method} {path}: {}", answer.text());
                }
            }
        }
        assert!(sue.get("/api/search?q=zanzibarium").await.text().contains(WORD));
    }
}
