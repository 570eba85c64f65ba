//! How many statements an answer costs: at most six, however much there is and however far behind the page is.

use folkmoot_common::ServiceName;
use folkmoot_tests::{
    app::{Member, Stores},
    on_both_backends,
    process::Folkmoot,
};
use serde_json::json;

use super::forum::{comment, id, put_empty};

const MOST: usize = 6;
const THREADS: usize = 12;
const COMMENTS: usize = 30;

/// Statements in the log, but those of the service's own clockwork.
fn statements(folkmoot: &Folkmoot) -> usize {
    let log = folkmoot.log();
    let lines = log.lines().filter(|line| line.contains("sqlx::query"));
    let own = [
        "counter_changes limit 1",
        "pg_try_advisory",
        "delete from counter_changes",
        "outbox",
        "handled_events",
        "pending_objects",
        "select 1\"",
        "update threads set like_count",
        "update comments set like_count",
        "begin",
        "commit",
        "COMMIT",
        "BEGIN",
        "ROLLBACK",
    ];
    lines
        .filter(|line| !own.iter().any(|own| line.contains(own)))
        .count()
}

/// What one request costs, and where the next page is.
async fn cost(folkmoot: &Folkmoot, member: &Member, path: &str) -> (usize, Option<String>) {
    let before = statements(folkmoot);
    let answer = member.get(path).await;
    answer.expect(200);
    let after = statements(folkmoot);
    assert!(
        after > before,
        "{path} is answered without a statement, or the log is not understood"
    );
    (after - before, answer.next_page().map(str::to_owned))
}

on_both_backends! {
    async fn a_page_costs_at_most_six_statements(backends: Backends) {
        let stores = Stores::new(backends).await;
        drop(stores.issuer());
        let folkmoot = Folkmoot::serve(&[ServiceName::Discussion]).stores(&stores).set("LOG", "info,sqlx::query=debug")
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
            let separator = if list.contains('?') { '&' } else { '?' };
            let mut path = format!("{list}{separator}limit=3");
            let mut pages = 0;
            loop {
                let (count, next) = cost(&folkmoot, &bob, &path).await;
                assert!(count <= MOST, "{path} costs {count} statements");
                pages += 1;
                match next {
                    Some(query) if pages < 9 => path = format!("{}{query}", list.split('?').next().unwrap()),
                    _ => break,
                }
            }
            assert!(pages > 1, "{list} has more pages");
            let (count, _) = cost(&folkmoot, &bob, &format!("{list}{separator}limit=200")).await;
            assert!(count <= MOST, "{list}: a large page costs {count} statements");
        }
        for path in [&t, &format!("{t}/history"), &c, &format!("{c}/history"), "/api/categories", "/api/tags"] {
            let (count, _) = cost(&folkmoot, &bob, path).await;
            assert!(count <= MOST, "{path} costs {count} statements");
        }
    }
}
