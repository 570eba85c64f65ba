//! How many statements an answer costs: six, however much there is and however far behind the page is; editing a thread, which
//! has tags and files and keeps what was before, costs some more.

use folkmoot_common::ServiceName;
use folkmoot_tests::{
    app::{Stores, send},
    on_both_backends,
    process::Folkmoot,
};
use reqwest::Method;
use serde_json::json;

use crate::statements::{MOST, read_cheaply, read_list_cheaply};

use super::forum::{comment, id, put_empty};

const THREADS: usize = 12;
const COMMENTS: usize = 30;

on_both_backends! {
    async fn a_page_costs_at_most_six_statements(backends: Backends) {
        let stores = Stores::new(backends).await;
        drop(stores.issuer());
        let folkmoot = Folkmoot::serve(&[ServiceName::Discussion]).stores(&stores).log_statements()
            .set("THREADS_PER_HOUR", "0").set("COMMENTS_PER_MINUTE", "0").start().await;
        let (ann, bob) = (stores.member(folkmoot.site(), "ann"), stores.member(folkmoot.site(), "bob"));
        let mut threads = Vec::new();
        for number in 0..THREADS {
            let new = json!({"title": format!("t{number}"), "body": "stones", "tags": ["a", "b"]});
            threads.push(ann.post("/api/threads", &new).await.expect(201));
        }
        let long = &threads[0];
        let (t, mut last) = (format!("/api/threads/{}", id(long)), None);
        for number in 0..COMMENTS {
            last = Some(comment(&ann, long, &number.to_string()).await);
        }
        let c = format!("/api/comments/{}", id(&last.unwrap()));
        put_empty(&bob, &format!("{t}/read")).await.expect(200);

        for list in ["/api/threads", "/api/threads?sort=new", "/api/threads?category=general&tag=a&unread=true",
            &format!("{t}/comments"), &format!("{t}/comments?sort=new"), "/api/posts", "/api/search?q=stones"] {
            let pages = read_list_cheaply(&folkmoot, &bob, list, 9).await;
            assert!(pages > 1, "{list} has more pages");
        }
        for path in [&t, &format!("{t}/history"), &c, &format!("{c}/history"), "/api/categories", "/api/tags"] {
            read_cheaply(&folkmoot, &bob, path).await;
        }
    }

    async fn writing_costs_few_statements(backends: Backends) {
        let stores = Stores::new(backends).await;
        drop(stores.issuer());
        let folkmoot = Folkmoot::serve(&[ServiceName::Discussion]).stores(&stores).log_statements().start().await;
        let ann = stores.member(folkmoot.site(), "ann");
        let new = json!({"title": "t", "body": "stones", "tags": ["a", "b", "c"]});
        // Who writes for the first time costs one more.
        let thread = ann.post("/api/threads", &new).await.expect(201);
        let first = comment(&ann, &thread, "first").await;
        let (t, c) = (format!("/api/threads/{}", id(&thread)), format!("/api/comments/{}", id(&first)));
        let reply = json!({"body": "for @ann", "parent_id": id(&first)});
        let (title, body) = (json!({"title": "other"}), json!({"body": "other"}));
        let all = json!({"title": "third", "body": "third", "tags": ["d"]});
        let none = json!({});
        for (most, method, path, body) in [
            (MOST, Method::POST, "/api/threads", &new),
            (MOST, Method::POST, &format!("{t}/comments"), &json!({"body": "second"})),
            (MOST, Method::POST, &format!("{t}/comments"), &reply),
            (MOST, Method::PUT, &format!("{t}/like"), &none),
            (MOST, Method::PUT, &format!("{c}/like"), &none),
            (MOST, Method::DELETE, &format!("{t}/like"), &none),
            (MOST, Method::DELETE, &format!("{c}/like"), &none),
            (MOST, Method::PUT, &format!("{t}/read"), &none),
            (MOST, Method::PUT, &c, &body),
            (MOST + 1, Method::PUT, &t, &title),
            (MOST + 3, Method::PUT, &t, &all),
            (MOST, Method::DELETE, &c, &none),
            (MOST, Method::DELETE, &t, &none),
        ] {
            let answer = send(ann.request(method.clone(), path).json(body)).await;
            assert!(answer.status.is_success(), "{method} {path}: {}", answer.text());
            let count = folkmoot.statements_of(&answer);
            assert!(count <= most, "{method} {path} costs {count} statements");
        }
    }
}
