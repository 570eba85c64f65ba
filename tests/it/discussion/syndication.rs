//! Atom and RSS.

use super::forum::{Forum, PRIVATE, id, put, thread, thread_in};
use folkmoot_tests::{
    app::{Answer, Stores, send},
    on_both_backends,
};
use reqwest::Method;

const DOCUMENTS: [&str; 4] = [
    "/api/threads/feed.atom",
    "/api/threads/feed.rss",
    "/api/categories/general/feed.atom",
    "/api/categories/general/feed.rss",
];

on_both_backends! {
    async fn what_everybody_may_read_is_in_the_documents(backends: Backends) {
        let stores = Stores::new(backends).await;
        let forum = Forum::on(stores, &[("PUBLIC_URL", "https://forum.example")]).await;
        forum.category(PRIVATE, Some("staff")).await;
        forum.category("members", Some("member")).await;
        let (ann, sue) = (forum.member("ann"), forum.staff("sue"));
        let made = thread(&ann, "]]></title><script>alert(1)</script> & \"stones\"", "A *text*").await;
        for (category, by) in [(PRIVATE, &sue), ("members", &ann)] {
            thread_in(by, "zanzibarium", "zanzibarium", category).await;
        }
        for path in DOCUMENTS {
            // Whoever asks: an admin who puts the address into a reader shows it to its operator.
            for answer in [forum.site().get(path).await, ann.get(path).await, forum.admin.get(path).await] {
                let text = answer.text();
                assert_eq!(answer.status, 200, "{path}: {text}");
                assert!(!text.contains("zanzibarium") && !text.contains("<script"), "{path}: {text}");
                assert!(text.contains("&lt;p&gt;A &lt;em&gt;text&lt;/em&gt;&lt;/p&gt;"), "{path}: {text}");
                assert!(text.contains(&format!("https://forum.example/threads/{}", id(&made))), "{path}: {text}");
                assert!(text.contains("ann") && text.contains("stones"), "{path}: {text}");
                let kind = if path.ends_with("atom") { "application/atom+xml" } else { "application/rss+xml" };
                assert!(answer.header("content-type").unwrap().starts_with(kind));
                assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
            }
        }
        for slug in [PRIVATE, "members", "nowhere"] {
            for kind in ["atom", "rss"] {
                let path = format!("/api/categories/{slug}/feed.{kind}");
                for answer in [forum.site().get(&path).await, sue.get(&path).await, forum.admin.get(&path).await] {
                    answer.expect_problem(404, "category_not_found");
                }
            }
        }
        ann.delete(&format!("/api/threads/{}", id(&made))).await.expect(204);
        for path in DOCUMENTS {
            assert!(!forum.site().get(path).await.text().contains(id(&made)), "{path}");
        }
    }

    async fn a_document_that_is_known_is_not_sent_again(backends: Backends) {
        let forum = Forum::start(backends).await;
        let ann = forum.member("ann");
        for path in DOCUMENTS {
            assert_eq!(forum.site().get(path).await.status, 200, "an empty one: {path}");
        }
        let made = thread(&ann, "Thread", "text").await;
        let ask = async |path: &str, header: &str, value: &str| -> Answer {
            send(forum.site().request(Method::GET, path).header(header, value)).await
        };
        for path in DOCUMENTS {
            let first = forum.site().get(path).await;
            let (etag, modified) = (first.header("etag").unwrap(), first.header("last-modified").unwrap());
            for (header, value) in [("if-none-match", etag), ("if-none-match", &format!("\"x\", W/{etag}")), ("if-modified-since", modified)] {
                let again = ask(path, header, value).await;
                assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{path} {header}");
            }
            for (header, value) in [("if-none-match", "\"x\""), ("if-modified-since", "Thu, 01 Jan 1970 00:00:00 GMT"), ("if-modified-since", "x")] {
                assert_eq!(ask(path, header, value).await.status, 200, "{path} {header}: {value}");
            }
        }
        let before = forum.site().get(DOCUMENTS[0]).await;
        put(&ann, &format!("/api/threads/{}", id(&made)), &serde_json::json!({"title": "Another"})).await.expect(200);
        let after = ask(DOCUMENTS[0], "if-none-match", before.header("etag").unwrap()).await;
        assert_eq!(after.status, 200);
        assert!(after.text().contains("Another"));
    }

    async fn where_reading_is_for_members_so_are_the_documents(backends: Backends) {
        let stores = Stores::new(backends).await;
        let forum = Forum::on(stores, &[("PUBLIC_READ", "no")]).await;
        for path in DOCUMENTS {
            forum.site().get(path).await.expect_problem(401, "unauthorized");
            assert_eq!(forum.member("ann").get(path).await.status, 200);
        }
    }
}
