//! Files of threads.

use super::forum::{Forum, PNG, PRIVATE, STAFF, form, id, post_form, socket, thread, thread_in};
use folkmoot_tests::{
    app::{Answer, Received, send},
    on_both_backends, wait,
};
use reqwest::Method;
use serde_json::{Value, json};

const SVG: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
const HTML: &[u8] = b"<!DOCTYPE html><script>alert(1)</script>";

fn url(file: &Value) -> &str {
    file["url"].as_str().unwrap()
}

/// Nothing is left of what was refused, given up or deleted.
async fn no_more_than(forum: &Forum, count: usize) {
    let what = format!("{count} objects are left");
    wait::until(&what, async || {
        (forum.objects().await == count).then_some(())
    })
    .await;
}

fn is_harmless(answer: &Answer) {
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    let policy = answer.header("content-security-policy").unwrap();
    assert!(
        policy.contains("sandbox") && policy.contains("default-src 'none'"),
        "{policy}"
    );
}

on_both_backends! {
    async fn files_come_with_their_thread_and_go_with_it(backends: Backends) {
        let forum = Forum::start(backends).await;
        let (ann, bob) = (forum.member("ann"), forum.member("bob"));
        let fields = [("title", "Stones"), ("body", "look"), ("tags", "a,b")];
        let files: [(&str, &str, &[u8]); 2] = [("files", "stone.png", PNG), ("files", "notes.txt", b"notes")];
        let made = post_form(&ann, "/api/threads", form(&fields, &files)).await.expect(201);
        let attached = made["attachments"].as_array().unwrap();
        let names: Vec<&Value> = attached.iter().map(|file| &file["filename"]).collect();
        assert_eq!(names, ["stone.png", "notes.txt"]);
        assert_eq!((&attached[0]["content_type"], &attached[0]["size"]), (&json!("image/png"), &json!(PNG.len())));
        let list = bob.get("/api/threads").await.expect(200);
        assert_eq!(list[0]["attachments"], made["attachments"]);

        let picture = forum.site().get(url(&attached[0])).await;
        assert_eq!((&picture.body[..], picture.header("content-type")), (PNG, Some("image/png")));
        assert_eq!(picture.header("content-disposition"), Some("inline; filename=\"stone.png\""));
        assert_eq!(picture.header("cache-control"), Some("private, no-cache"));
        is_harmless(&picture);
        let etag = picture.header("etag").unwrap();
        let again = send(bob.request(Method::GET, url(&attached[0])).header("if-none-match", etag)).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
        let part = send(bob.request(Method::GET, url(&attached[1])).header("range", "bytes=1-2")).await;
        assert_eq!((part.status.as_u16(), part.text().as_str()), (206, "ot"));

        let add = format!("/api/threads/{}/attachments", id(&made));
        let more = || form(&[], &[("files", "more.txt", b"more")]);
        post_form(&bob, &add, more()).await.expect_problem(403, "forbidden");
        let all = post_form(&ann, &add, more()).await.expect(201);
        assert_eq!(all[2]["filename"], "more.txt");
        no_more_than(&forum, 3).await;
        bob.delete(url(&all[2])).await.expect_problem(403, "forbidden");
        ann.delete(url(&all[2])).await.expect(204);
        ann.delete(url(&all[2])).await.expect_problem(404, "attachment_not_found");
        ann.get(url(&all[2])).await.expect_problem(404, "attachment_not_found");
        no_more_than(&forum, 2).await;

        // A deleted thread keeps them, for moderators.
        ann.delete(&format!("/api/threads/{}", id(&made))).await.expect(204);
        for member in [&ann, &bob] {
            member.get(url(&attached[0])).await.expect_problem(404, "thread_not_found");
            member.delete(url(&attached[0])).await.expect_problem(404, "thread_not_found");
        }
        assert_eq!(forum.moderator.get(url(&attached[0])).await.status, 200);
        forum.moderator.delete(url(&attached[0])).await.expect(204);
        no_more_than(&forum, 1).await;
    }

    async fn who_may_not_read_the_thread_gets_none_of_its_files(backends: Backends) {
        let forum = Forum::with_private(backends).await;
        let (ann, sue) = (forum.member("ann"), forum.staff("sue"));
        let fields = [("title", "Hidden"), ("category", PRIVATE)];
        let text: &[u8] = b"zanzibarium";
        let hidden = post_form(&sue, "/api/threads", form(&fields, &[("files", "a.txt", text)])).await.expect(201);
        let open = thread(&ann, "Open", "text").await;
        let file = &hidden["attachments"][0];
        let nobody = forum.site().guest("nobody");
        // By its own thread, and by another that they may read.
        let by_another = format!("/api/threads/{}/attachments/{}", id(&open), id(file));
        for outsider in [&ann, &nobody, &forum.moderator] {
            let answer = outsider.get(url(file)).await;
            assert!(!answer.text().contains("zanzibarium"));
            answer.expect_problem(404, "thread_not_found");
            outsider.get(&by_another).await.expect_problem(404, "attachment_not_found");
        }
        ann.delete(url(file)).await.expect_problem(404, "thread_not_found");
        ann.delete(&by_another).await.expect_problem(404, "attachment_not_found");
        nobody.delete(url(file)).await.expect_problem(401, "unauthorized");
        let add = format!("/api/threads/{}/attachments", id(&hidden));
        post_form(&ann, &add, form(&[], &[("files", "x.txt", b"x")])).await.expect_problem(404, "thread_not_found");
        post_form(&nobody, &add, form(&[], &[("files", "x.txt", b"x")])).await.expect_problem(401, "unauthorized");
        assert_eq!(&sue.get(url(file)).await.body[..], text);
        // Moved, it is everybody's, and back again.
        let both = forum.with_roles("both", &["member", "moderator", STAFF]);
        let path = format!("/api/threads/{}/move", id(&hidden));
        both.post(&path, &json!({"category": "general"})).await.expect(200);
        assert_eq!(&nobody.get(url(file)).await.body[..], text);
        both.post(&path, &json!({"category": PRIVATE})).await.expect(200);
        ann.get(url(file)).await.expect_problem(404, "thread_not_found");
        for wrong in ["x", "..%2f..%2fetc%2fpasswd", "%2e%2e", "%00", "00000000-0000-7000-8000-000000000000"] {
            let path = format!("/api/threads/{}/attachments/{wrong}", id(&open));
            let status = ann.get(&path).await.status;
            assert!(status == 404 || status == 400, "{wrong}: {status}");
        }
        no_more_than(&forum, 1).await;
    }

    async fn nothing_that_was_uploaded_runs_as_a_page(backends: Backends) {
        let forum = Forum::start(backends).await;
        let ann = forum.member("ann");
        let polyglot = [PNG, HTML].concat();
        let pdf = [b"%PDF-1.7\n", HTML].concat();
        let cases: [(&str, &[u8], &str, &str); 6] = [
            ("a.svg", SVG, "text/plain; charset=utf-8", "attachment"),
            ("a.html", HTML, "text/plain; charset=utf-8", "attachment"),
            ("page.png", HTML, "text/plain; charset=utf-8", "attachment"),
            ("script.js", b"alert(1)", "text/plain; charset=utf-8", "attachment"),
            ("both.html", &polyglot, "image/png", "inline"),
            ("both.pdf", &pdf, "application/pdf", "attachment"),
        ];
        for (name, content, content_type, disposition) in cases {
            let made = post_form(&ann, "/api/posts", form(&[("content", name)], &[("media", name, content)])).await.expect(201);
            let file = ann.get(url(&made["media"][0])).await;
            assert_eq!(file.header("content-type"), Some(content_type), "{name}");
            assert!(file.header("content-disposition").unwrap().starts_with(disposition), "{name}");
            is_harmless(&file);
        }
        // What is no kind that we know is refused, and nothing of it is left.
        let count = forum.objects().await;
        for (name, content) in [("a.exe", &b"MZ\x90\0\x03"[..]), ("a.png", b"\x7fELF\x02\x01\x01\0"), ("a.html", b"<html>\0"), ("empty.png", b"")] {
            let fields = [("content", name)];
            let refused = post_form(&ann, "/api/posts", form(&fields, &[("media", "ok.png", PNG), ("media", name, content)])).await;
            refused.expect_problem(415, "unsupported_file");
        }
        no_more_than(&forum, count).await;
        assert_eq!(ann.get("/api/posts").await.expect(200).as_array().unwrap().len(), 6);
    }

    async fn names_that_attack_become_names(backends: Backends) {
        let forum = Forum::start(backends).await;
        let ann = forum.member("ann");
        for (given, kept) in [
            ("../../etc/passwd", "passwd"),
            ("..\\..\\boot.ini", "boot.ini"),
            ("/absolute.txt", "absolute.txt"),
            ("%2e%2e%2fx.txt", "%2e%2e%2fx.txt"),
            ("photo\u{202e}gpj.txt", "photogpj.txt"),
            ("<img src=x onerror=alert(1)>.txt", "<img src=x onerror=alert(1)>.txt"),
            ("..", "file"),
        ] {
            let made = post_form(&ann, "/api/posts", form(&[("content", "x")], &[("media", given, b"text")])).await.expect(201);
            let file = &made["media"][0];
            assert_eq!(file["filename"], kept, "{given:?}");
            // The address has nothing of it.
            assert_eq!(url(file), format!("/api/threads/{}/attachments/{}", id(&made), id(file)));
            let answer = ann.get(url(file)).await;
            assert_eq!(answer.text(), "text");
            assert!(answer.header("content-disposition").unwrap().starts_with("attachment;"));
        }
    }

    async fn there_are_limits(backends: Backends) {
        let forum = Forum::start(backends).await;
        let ann = forum.member("ann");
        let text: &[u8] = b"text";
        let eleven: Vec<(&str, &str, &[u8])> = (0..11).map(|_| ("files", "a.txt", text)).collect();
        let title = [("title", "Files")];
        post_form(&ann, "/api/threads", form(&title, &eleven)).await.expect_problem(400, "too_many_files");
        let made = post_form(&ann, "/api/threads", form(&title, &eleven[..9])).await.expect(201);
        let add = format!("/api/threads/{}/attachments", id(&made));
        post_form(&ann, &add, form(&[], &eleven[..2])).await.expect_problem(400, "too_many_files");
        // Two at once for the last place: one gets it.
        let (one, two) = tokio::join!(
            post_form(&ann, &add, form(&[], &eleven[..1])),
            post_form(&ann, &add, form(&[], &eleven[..1]))
        );
        let stored = [one, two].iter().filter(|answer| answer.status == 201).count();
        assert_eq!(stored, 1);
        no_more_than(&forum, 10).await;

        let large = vec![b'a'; (10 << 20) + 1];
        post_form(&ann, "/api/threads", form(&title, &[("files", "a.txt", &large)])).await.expect_problem(413, "too_large");
        let largest = &large[1..];
        let made = post_form(&ann, "/api/threads", form(&title, &[("files", "a.txt", largest)])).await.expect(201);
        assert_eq!(made["attachments"][0]["size"], 10 << 20);
        post_form(&ann, &add, form(&[], &[("files", "", b"")])).await.expect_problem(400, "missing_file");
        post_form(&ann, &add, form(&[], &[])).await.expect_problem(400, "incomplete_body");
        post_form(&ann, &add, form(&[("title", "x")], &[("files", "a.txt", text)])).await.expect_problem(422, "invalid_body");
        no_more_than(&forum, 11).await;
    }

    async fn a_failed_request_leaves_no_object(backends: Backends) {
        let forum = Forum::with_private(backends).await;
        let ann = forum.member("ann");
        let file: [(&str, &str, &[u8]); 1] = [("files", "a.png", PNG)];
        for (fields, status, code) in [
            (vec![("title", "")], 422, "invalid_title"),
            (vec![("title", "x"), ("title", "y")], 422, "invalid_body"),
            (vec![("title", "x"), ("author_id", "y")], 422, "invalid_body"),
            (vec![("title", "x"), ("tags", "NOT A TAG")], 422, "invalid_tags"),
            (vec![("title", "x"), ("category", PRIVATE)], 404, "category_not_found"),
            (vec![("title", "x"), ("category", "nowhere")], 404, "category_not_found"),
        ] {
            post_form(&ann, "/api/threads", form(&fields, &file)).await.expect_problem(status, code);
        }
        // Cut off within the file.
        let body = "--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.txt\"\r\n\r\nhalf";
        let request = ann.request(Method::POST, "/api/threads").header("content-type", "multipart/form-data; boundary=x");
        send(request.body(body)).await.expect_problem(400, "incomplete_body");
        for content_type in ["multipart/form-data", "multipart/form-data; boundary=", "text/plain"] {
            let request = ann.request(Method::POST, "/api/threads").header("content-type", content_type);
            send(request.body(body)).await.expect_problem(415, "unsupported_media_type");
        }
        no_more_than(&forum, 0).await;
        assert_eq!(ann.get("/api/threads").await.expect(200), json!([]));
    }

    async fn open_pages_hear_of_files(backends: Backends) {
        let forum = Forum::start(backends).await;
        let ann = forum.member("ann");
        let made = thread_in(&ann, "Thread", "text", "general").await;
        let mut page = socket(&ann, &made).await;
        let add = format!("/api/threads/{}/attachments", id(&made));
        let files = post_form(&ann, &add, form(&[], &[("files", "a.png", PNG)])).await.expect(201);
        assert_eq!(page.expect("thread.updated").await["thread"]["attachments"], files);
        ann.delete(url(&files[0])).await.expect(204);
        let Received::Frame(frame) = page.receive().await else { panic!("closed") };
        assert_eq!(frame["thread"]["attachments"], json!([]));
    }
}
