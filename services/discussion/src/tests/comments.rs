use serde_json::{Value, json};

use super::{Discussion, Person, nobody, texts};
use crate::{MAX_LEVELS, STEP_CHARS, place, step};

async fn bodies(forum: &Discussion, path: &str, limit: usize) -> Vec<String> {
    let mut bodies = Vec::new();
    let mut next = Some(format!(
        "?limit={limit}{}",
        path.split_once('?')
            .map(|(_, query)| format!("&{query}"))
            .unwrap_or_default()
    ));
    let path = path.split('?').next().unwrap();
    while let Some(query) = next {
        let page = forum.get(&nobody(), &format!("{path}{query}")).await;
        next = page.next();
        bodies.extend(
            texts(&page.expect(200), "body")
                .into_iter()
                .map(str::to_owned),
        );
    }
    bodies
}

#[tokio::test]
async fn a_tree_is_read_depth_first_page_by_page() {
    let forum = Discussion::start().await;
    let ann = forum.member("ann");
    let thread = forum.thread(&ann, "tree").await;
    let write =
        async |body: &str, parent: Option<&str>| forum.comment(&ann, &thread, body, parent).await;
    let a = write("a", None).await;
    let b = write("b", None).await;
    let a1 = write("a1", Some(&a)).await;
    write("b1", Some(&b)).await;
    let a11 = write("a11", Some(&a1)).await;
    write("a2", Some(&a)).await;
    write("c", None).await;
    let path = format!("/api/threads/{thread}/comments");
    for limit in [1, 2, 3, 50] {
        assert_eq!(
            bodies(&forum, &path, limit).await,
            ["a", "a1", "a11", "a2", "b", "b1", "c"]
        );
        assert_eq!(
            bodies(&forum, &format!("{path}?root={a}"), limit).await,
            ["a", "a1", "a11", "a2"]
        );
        assert_eq!(
            bodies(&forum, &format!("{path}?root={a11}"), limit).await,
            ["a11"]
        );
        assert_eq!(
            bodies(&forum, &format!("{path}?sort=new"), limit).await,
            ["c", "a2", "a11", "b1", "a1", "b", "a"]
        );
    }
    let list = forum.get(&nobody(), &path).await.expect(200);
    let depths: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["depth"].as_i64().unwrap())
        .collect();
    assert_eq!(depths, [0, 1, 2, 1, 0, 1, 0]);
    assert_eq!(list[2]["parent_id"], json!(a1));
    let other = forum.thread(&ann, "other").await;
    let foreign = forum.comment(&ann, &other, "x", None).await;
    for (query, problem) in [
        (format!("root={foreign}"), (404, "comment_not_found")),
        ("root=x".to_owned(), (404, "comment_not_found")),
        (format!("after={foreign}"), (400, "invalid_cursor")),
        (format!("root={a}&after={b}"), (400, "invalid_cursor")),
        ("after=x".to_owned(), (400, "invalid_cursor")),
        (format!("root={a}&sort=new"), (400, "invalid_query")),
        ("sort=top".to_owned(), (400, "invalid_query")),
        ("offset=3".to_owned(), (400, "invalid_query")),
    ] {
        assert_eq!(
            forum
                .get(&nobody(), &format!("{path}?{query}"))
                .await
                .problem(),
            problem,
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_parent_is_in_the_same_thread_and_there() {
    let forum = Discussion::start().await;
    let (ann, moderator) = (forum.member("ann"), forum.person("mo", &["moderator"]));
    let (thread, other) = (
        forum.thread(&ann, "one").await,
        forum.thread(&ann, "two").await,
    );
    let foreign = forum.comment(&ann, &other, "x", None).await;
    let path = format!("/api/threads/{thread}/comments");
    for parent in [
        json!(foreign),
        json!(thread),
        json!("0192e4a0-0000-7000-8000-000000000001"),
    ] {
        let answer = forum
            .post(&ann, &path, json!({"body": "y", "parent_id": parent}))
            .await;
        assert_eq!(answer.problem(), (422, "invalid_parent"));
    }
    let gone = forum.comment(&ann, &thread, "z", None).await;
    let below = forum.comment(&ann, &thread, "below", Some(&gone)).await;
    forum
        .delete(&ann, &format!("/api/comments/{gone}"))
        .await
        .expect(204);
    forum
        .delete(&ann, &format!("/api/comments/{gone}"))
        .await
        .expect(204);
    for who in [&ann, &moderator] {
        let answer = forum
            .post(who, &path, json!({"body": "y", "parent_id": gone}))
            .await;
        assert_eq!(answer.problem(), (409, "comment_deleted"));
        assert_eq!(
            forum
                .call(who, "PUT", &format!("/api/comments/{gone}/like"), None)
                .await
                .problem(),
            (409, "comment_deleted")
        );
        assert_eq!(
            forum
                .put(who, &format!("/api/comments/{gone}"), json!({"body": "y"}))
                .await
                .problem(),
            (409, "comment_deleted")
        );
    }
    let list = forum.get(&ann, &path).await.expect(200);
    assert_eq!(
        (
            list.as_array().unwrap().len(),
            &list[0]["body"],
            &list[0]["body_html"]
        ),
        (2, &Value::Null, &Value::Null)
    );
    assert!(list[0]["deleted_at"].is_string());
    assert_eq!(list[1]["id"], json!(below), "what answers it stays");
    assert_eq!(
        forum
            .get(&ann, &format!("/api/threads/{thread}"))
            .await
            .expect(200)["comment_count"],
        1
    );
    assert_eq!(
        forum
            .get(&ann, &format!("/api/comments/{gone}/history"))
            .await
            .problem(),
        (403, "forbidden")
    );
    forum
        .get(&moderator, &format!("/api/comments/{gone}/history"))
        .await
        .expect(200);
}

#[tokio::test]
async fn what_stands_deeper_than_the_cap_stands_beside_what_it_answers() {
    let forum = Discussion::start().await;
    let ann = forum.member("ann");
    let thread = forum.thread(&ann, "deep").await;
    let mut parent: Option<String> = None;
    let levels = MAX_LEVELS + 3;
    for level in 0..levels {
        parent = Some(
            forum
                .comment(&ann, &thread, &level.to_string(), parent.as_deref())
                .await,
        );
    }
    let expected: Vec<String> = (0..levels).map(|level| level.to_string()).collect();
    assert_eq!(
        bodies(&forum, &format!("/api/threads/{thread}/comments"), 200).await,
        expected
    );
    let last = forum
        .get(&ann, &format!("/api/comments/{}", parent.unwrap()))
        .await
        .expect(200);
    assert_eq!(last["depth"], MAX_LEVELS - 1);
    let before = forum
        .get(
            &ann,
            &format!("/api/comments/{}", last["parent_id"].as_str().unwrap()),
        )
        .await
        .expect(200);
    assert_eq!(
        before["body"],
        (levels - 2).to_string(),
        "the true parent is told"
    );
}

#[tokio::test]
async fn counters_are_exact_before_and_after_they_are_added_up() {
    let forum = Discussion::start().await;
    let ann = forum.member("ann");
    let thread = forum.thread(&ann, "counted").await;
    let comment = forum.comment(&ann, &thread, "x", None).await;
    let path = format!("/api/threads/{thread}");
    let fans: Vec<Person> = (0..5)
        .map(|number| forum.member(&format!("fan{number}")))
        .collect();
    let like = async |who: &Person, method: &str, path: &str| {
        forum
            .call(who, method, &format!("{path}/like"), None)
            .await
            .expect(200)
    };
    for (count, fan) in fans.iter().enumerate() {
        let expected = json!({"liked": true, "like_count": count + 1});
        assert_eq!(like(fan, "PUT", &path).await, expected);
        assert_eq!(like(fan, "PUT", &path).await, expected, "twice is once");
        like(fan, "PUT", &format!("/api/comments/{comment}")).await;
        if count == 2 {
            forum.fold().await;
        }
    }
    let check = async |likes: i64, comments: i64| {
        let seen = forum.get(&fans[0], &path).await.expect(200);
        assert_eq!(
            (seen["like_count"].as_i64(), seen["comment_count"].as_i64()),
            (Some(likes), Some(comments))
        );
        let list = forum.get(&fans[0], "/api/threads").await.expect(200);
        assert_eq!(
            (
                list[0]["like_count"].as_i64(),
                list[0]["comment_count"].as_i64()
            ),
            (Some(likes), Some(comments))
        );
    };
    check(5, 1).await;
    assert_eq!(
        like(&fans[0], "DELETE", &path).await,
        json!({"liked": false, "like_count": 4})
    );
    assert_eq!(
        like(&fans[0], "DELETE", &path).await,
        json!({"liked": false, "like_count": 4})
    );
    forum.comment(&ann, &thread, "y", None).await;
    check(4, 2).await;
    forum.fold().await;
    assert_eq!(forum.fold().await, 0);
    check(4, 2).await;
    let seen = forum
        .get(&fans[0], &format!("/api/comments/{comment}"))
        .await
        .expect(200);
    assert_eq!(
        (&seen["like_count"], &seen["liked"]),
        (&json!(5), &json!(true))
    );
    let seen = forum
        .get(&nobody(), &format!("/api/comments/{comment}"))
        .await
        .expect(200);
    assert_eq!(seen["liked"], false);
}

#[tokio::test]
async fn an_edited_comment_keeps_what_it_said() {
    let forum = Discussion::start().await;
    let (ann, bob) = (forum.member("ann"), forum.member("bob"));
    let thread = forum.thread(&ann, "t").await;
    let id = forum.comment(&ann, &thread, "one", None).await;
    let path = format!("/api/comments/{id}");
    assert_eq!(
        forum
            .put(&bob, &path, json!({"body": "mine"}))
            .await
            .problem(),
        (403, "forbidden")
    );
    let edited = forum
        .put(&ann, &path, json!({"body": "two"}))
        .await
        .expect(200);
    assert_eq!(
        (&edited["body_html"], edited["edited_at"].is_string()),
        (&json!("<p>two</p>\n"), true)
    );
    let history = forum
        .get(&nobody(), &format!("{path}/history"))
        .await
        .expect(200);
    assert_eq!(
        (texts(&history, "body"), &history[0]["title"]),
        (vec!["one"], &Value::Null)
    );
}

#[test]
fn steps_sort_as_ids_do_and_tell_those_of_a_millisecond_apart() {
    use std::sync::Arc;

    use chrono::{DateTime, TimeDelta};
    use folkmoot_common::clock::{Ids, ManualClock};
    let clock = Arc::new(ManualClock::new(
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000),
    ));
    let ids = Ids::new(clock.clone());
    let mut before = String::new();
    for _ in 0..1_000 {
        clock.advance(TimeDelta::milliseconds(1));
        let step = step(ids.next());
        assert_eq!(step.len(), STEP_CHARS);
        assert!(before < step);
        before = step;
    }
    let mut same: Vec<String> = (0..5_000).map(|_| step(ids.next())).collect();
    same.sort();
    same.dedup();
    assert_eq!(same.len(), 5_000);
    let (parent, depth) = place(None, ids.next());
    let (child, below) = place(Some(&parent), ids.next());
    assert!(child.starts_with(&parent) && (depth, below) == (0, 1));
}
