//! Full-text search.

use super::forum::{Forum, PRIVATE, STAFF, all, comment, id, put, thread, thread_in};
use folkmoot_tests::{app::Member, on_both_backends};
use serde_json::{Value, json};

fn found(results: &Value) -> Vec<String> {
    let results = results.as_array().unwrap().iter();
    results
        .map(|result| result["thread_id"].as_str().unwrap().to_owned())
        .collect()
}

/// The marked parts of an excerpt.
fn marked(result: &Value) -> Vec<String> {
    let units: Vec<u16> = result["excerpt"].as_str().unwrap().encode_utf16().collect();
    let marks = result["marks"].as_array().unwrap().iter();
    marks
        .map(|mark| {
            let place = |name: &str| mark[name].as_u64().unwrap() as usize;
            String::from_utf16(&units[place("start")..place("end")]).unwrap()
        })
        .collect()
}

on_both_backends! {
    async fn words_are_found_in_titles_texts_and_comments(backends: Backends) {
        let forum = Forum::start(backends).await;
        let ann = forum.member("ann");
        let oak = thread(&ann, "Doors of oak", "How do I hang a **heavy** door?").await;
        let elm = thread(&ann, "Elm", "An elm is no oak. <script>alert(1)</script>").await;
        let reply = comment(&ann, &elm, "Neither is a beech, says the carpenter").await;
        let search = async |query: &str| ann.get(&format!("/api/search?q={query}")).await.expect(200);

        // Newest first.
        assert_eq!(found(&search("OAK").await), [id(&elm), id(&oak)]);
        assert_eq!(found(&search("oak+heavy").await), [id(&oak)]);
        assert_eq!(found(&search("%22heavy+door%22").await), [id(&oak)]);
        assert_eq!(found(&search("oak+-door").await), [id(&elm)]);
        assert_eq!(found(&search("%22door+heavy%22").await), Vec::<String>::new());
        assert_eq!(found(&search("beech").await), Vec::<String>::new());
        let result = &search("heavy").await[0];
        assert_eq!((&result["type"], &result["title"]), (&"thread".into(), &"Doors of oak".into()));
        assert_eq!(marked(result), ["heavy"]);
        // Text, with what looks like markup as text.
        assert!(search("elm").await[0]["excerpt"].as_str().unwrap().contains("<script>"));

        let results = search("carpenter&in=comments").await;
        assert_eq!((&results[0]["comment_id"], &results[0]["thread_id"]), (&reply["id"], &elm["id"]));
        assert_eq!((&results[0]["type"], &results[0]["title"]), (&"comment".into(), &"Elm".into()));
        assert_eq!(marked(&results[0]), ["carpenter"]);

        // What was edited is found by what it is now, what was deleted not at all.
        let path = format!("/api/threads/{}", id(&oak));
        put(&ann, &path, &serde_json::json!({"body": "Now of birch"})).await.expect(200);
        assert_eq!(found(&search("heavy").await), Vec::<String>::new());
        assert_eq!(found(&search("birch").await), [id(&oak)]);
        ann.delete(&path).await.expect(204);
        assert_eq!(found(&search("birch").await), Vec::<String>::new());
        ann.delete(&format!("/api/comments/{}", id(&reply))).await.expect(204);
        assert_eq!(found(&search("carpenter&in=comments").await), Vec::<String>::new());
    }

    async fn a_search_can_be_narrowed_and_paged(backends: Backends) {
        let forum = Forum::start(backends).await;
        forum.category("workshop", None).await;
        let (ann, bob) = (forum.member("ann"), forum.member("bob"));
        let mut expected = Vec::new();
        for number in 0..11 {
            let by = if number % 2 == 0 { &ann } else { &bob };
            let category = if number < 5 { "workshop" } else { "general" };
            let made = thread_in(by, &format!("Stone {number}"), "granite", category).await;
            comment(&bob, &made, "granite too").await;
            expected.push(id(&made).to_owned());
        }
        expected.reverse();
        let of = async |query: &str| {
            let results = all(&ann, &format!("/api/search?q=granite&limit=3&{query}")).await;
            found(&Value::Array(results))
        };
        assert_eq!(of("").await, expected);
        assert_eq!(of("in=comments").await, expected);
        assert_eq!(of("category=workshop").await, expected[6..]);
        assert_eq!(of(&format!("author={}", bob.user_id)).await.len(), 5);
        assert_eq!(of(&format!("in=comments&author={}", ann.user_id)).await.len(), 0);
        assert_eq!(of("tag=stones").await.len(), 11);
        assert_eq!(of("tag=other").await.len(), 0);
        for wrong in ["limit=0", "limit=201", "after=x", "in=users"] {
            let status = ann.get(&format!("/api/search?q=granite&{wrong}")).await.status;
            assert_eq!(status, 400, "{wrong}");
        }
    }

    async fn no_search_breaks_out_of_the_statement(backends: Backends) {
        let forum = Forum::start(backends).await;
        let ann = forum.member("ann");
        thread(&ann, "Stones", "Standing stones").await;
        let hostile = [
            "\"", "\"\"\"", "'", "'; drop table threads; --", "stones\" OR \"x", "stones* OR title:x", "NEAR(stones x)",
            "{title body}: stones", "^stones", "stones AND", "AND", "NOT", "NOT stones", "(stones", "stones & !x | y:*", "a<->b",
            "\\", "%", "_", "*", "-", "--", "-stones", "\u{0}stones", "stones\u{0}", "🐙", "\u{202e}", "\u{ffff}", "🐙 stones",
            &"(".repeat(200), &"a ".repeat(100), &"a".repeat(201), &"é".repeat(200), "", " ",
        ];
        for query in hostile {
            let request = ann.request(reqwest::Method::GET, "/api/search").query(&[("q", query)]);
            let answer = folkmoot_tests::app::send(request).await;
            assert!(answer.status == 200 || answer.status == 400, "{query:?}: {}", answer.text());
            if answer.status == 400 {
                answer.expect_problem(400, "invalid_search");
            }
        }
        for (name, value) in [("category", "' or '1'='1"), ("author", "x' or 1=1 --"), ("tag", "') or ('1'='1")] {
            let request = ann.request(reqwest::Method::GET, "/api/search").query(&[("q", "stones"), (name, value)]);
            assert_eq!(folkmoot_tests::app::send(request).await.expect(200), serde_json::json!([]));
        }
        ann.get("/api/search").await.expect_problem(400, "invalid_query");
        assert_eq!(found(&ann.get("/api/search?q=stones").await.expect(200)).len(), 1);
    }

    async fn who_may_not_read_does_not_find(backends: Backends) {
        let forum = Forum::with_private(backends).await;
        let (ann, sue) = (forum.member("ann"), forum.staff("sue"));
        let hidden = thread_in(&sue, "About zanzibarium", "zanzibarium", PRIVATE).await;
        comment(&sue, &hidden, "more zanzibarium").await;
        for place in ["threads", "comments"] {
            for filter in ["", "&category=staff-room", "&tag=stones", &format!("&author={}", sue.user_id)] {
                let path = format!("/api/search?q=zanzibarium&in={place}{filter}");
                assert_eq!(found(&ann.get(&path).await.expect(200)).len(), 0, "{path}");
                assert_eq!(found(&forum.site().get(&path).await.expect(200)).len(), 0, "{path}");
                assert_eq!(found(&forum.moderator.get(&path).await.expect(200)).len(), 0, "{path}");
                assert_eq!(found(&sue.get(&path).await.expect(200)), [id(&hidden)], "{path}");
                assert_eq!(found(&forum.admin.get(&path).await.expect(200)), [id(&hidden)], "{path}");
            }
        }
    }

    async fn a_thread_is_found_where_it_is_now(backends: Backends) {
        let forum = Forum::with_private(backends).await;
        let (ann, sue) = (forum.member("ann"), forum.staff("sue"));
        let mover = forum.with_roles("mover", &["member", "moderator", STAFF]);
        let made = thread(&ann, "Quarry", "Of porphyry").await;
        let path = format!("/api/threads/{}", id(&made));
        let by = async |member: &Member, filter: &str| {
            found(&member.get(&format!("/api/search?q=porphyry{filter}")).await.expect(200))
        };
        let none = Vec::<String>::new();

        mover.post(&format!("{path}/move"), &json!({"category": PRIVATE})).await.expect(200);
        assert_eq!(by(&ann, "").await, none);
        assert_eq!(by(&sue, "&category=staff-room").await, [id(&made)]);
        assert_eq!(by(&sue, "&category=general").await, none);

        forum.admin.delete(&path).await.expect(204);
        assert_eq!(by(&sue, "").await, none);
        mover.post(&format!("{path}/restore"), &json!({})).await.expect(200);
        assert_eq!(by(&sue, "").await, [id(&made)]);
        assert_eq!(by(&ann, "").await, none);
        mover.post(&format!("{path}/move"), &json!({"category": "general"})).await.expect(200);
        assert_eq!(by(&ann, "&category=general").await, [id(&made)]);
    }
}
