//! `/ws/threads/{id}`.

use super::forum::{
    Forum, PRIVATE, STAFF, comment, id, put, put_empty, socket, socket_url, thread, thread_in,
};
use folkmoot_tests::{
    app::{Backends, Member, Socket, Stores},
    on_both_backends,
};
use serde_json::json;
use tungstenite::{Message, client::IntoClientRequest as _};

/// Come back.
const RESYNC: Option<u16> = Some(3009);
/// Do not.
const POLICY: Option<u16> = Some(3503);

on_both_backends! {
    async fn open_pages_hear_of_everything_in_their_thread(backends: Backends) {
        let stores = Stores::new(backends).await;
        let forum = Forum::on(stores.clone(), &[]).await;
        let (ann, bob) = (forum.member("ann"), forum.member("bob"));
        let made = thread(&ann, "Thread", "text").await;
        let other = thread(&ann, "Other", "text").await;
        let nobody = forum.site().guest("nobody");
        let (mut of_ann, mut of_nobody) = (socket(&ann, &made).await, socket(&nobody, &made).await);
        let mut elsewhere = socket(&bob, &other).await;

        let reply = comment(&bob, &made, "hello").await;
        for page in [&mut of_ann, &mut of_nobody] {
            let frame = page.expect("comment.created").await;
            assert_eq!((&frame["comment"]["id"], &frame["comment"]["body"]), (&reply["id"], &json!("hello")));
            assert_eq!(frame["comment"]["liked"], false);
        }
        let of_reply = format!("/api/comments/{}", id(&reply));
        put(&bob, &of_reply, &json!({"body": "hello!"})).await.expect(200);
        assert_eq!(of_ann.expect("comment.updated").await["comment"]["body"], "hello!");
        put_empty(&ann, &format!("{of_reply}/like")).await.expect(200);
        let frame = of_ann.expect("comment.like.updated").await;
        assert_eq!((&frame["comment_id"], &frame["like_count"]), (&reply["id"], &json!(1)));
        bob.delete(&of_reply).await.expect(204);
        assert_eq!(of_ann.expect("comment.deleted").await["comment_id"], reply["id"]);
        let path = format!("/api/threads/{}", id(&made));
        put_empty(&bob, &format!("{path}/like")).await.expect(200);
        let frame = of_ann.expect("thread.like.updated").await;
        assert_eq!((&frame["thread_id"], &frame["like_count"]), (&made["id"], &json!(1)));
        put_empty(&forum.moderator, &format!("{path}/lock")).await.expect(200);
        let frame = of_ann.expect("thread.updated").await;
        assert_eq!((&frame["thread"]["is_locked"], &frame["thread"]["liked"]), (&json!(true), &json!(false)));
        assert!(frame["thread"]["unread_count"].is_null());
        ann.delete(&path).await.expect(204);
        assert_eq!(of_ann.expect("thread.deleted").await["thread_id"], made["id"]);
        assert_eq!(of_ann.close_code().await, POLICY);
        assert_eq!(elsewhere.frames_until_now().await, Vec::<serde_json::Value>::new());
    }

    async fn who_may_not_read_gets_no_socket(backends: Backends) {
        let forum = Forum::with_private(backends).await;
        let (ann, sue) = (forum.member("ann"), forum.staff("sue"));
        let hidden = thread_in(&sue, "Hidden", "zanzibarium", PRIVATE).await;
        let nobody = forum.site().guest("nobody");
        for outsider in [&ann, &nobody, &forum.moderator] {
            for thread in [id(&hidden), "00000000-0000-7000-8000-000000000000", "x", "..%2f..", "%00"] {
                let refused = Socket::open(&socket_url(outsider, thread)).await.unwrap_err();
                assert!(matches!(refused.status(), Some(404 | 400)), "{thread}: {refused:?}");
            }
        }
        socket(&sue, &hidden).await;
        // A token that does not count is not nobody's.
        let bad = forum.site().member("x", "x", "x");
        let open = thread(&ann, "Open", "text").await;
        assert_eq!(Socket::open(&socket_url(&bad, id(&open))).await.unwrap_err().status(), Some(401));
        // Nor may pages of others connect.
        for origin in ["https://evil.example", "null", "http://localhost.evil.example"] {
            let mut request = socket_url(&ann, id(&open)).into_client_request().unwrap();
            request.headers_mut().insert("origin", origin.parse().unwrap());
            assert_eq!(Socket::open(request).await.unwrap_err().status(), Some(403), "{origin}");
        }
    }

    async fn who_may_read_no_more_hears_nothing_more(backends: Backends) {
        let stores = Stores::new(backends).await;
        let forum = Forum::on(stores.clone(), &[]).await;
        // Where there can be another replica, the sockets are on that one, which learns of it by looking.
        let other = match backends {
            Backends::Real => Some(Forum::on(stores, &[]).await),
            Backends::Embedded => None,
        };
        let replica = other.as_ref().unwrap_or(&forum);
        forum.category(PRIVATE, Some(STAFF)).await;
        let workshop = forum.category("workshop", None).await;
        let (ann, sue) = (forum.member("ann"), forum.staff("sue"));
        let both = forum.with_roles("both", &["member", "moderator", STAFF]);
        let at = |member: &Member| member.at(replica.site());

        // Moved to where they may not follow.
        let made = thread(&ann, "Thread", "text").await;
        let (mut out, mut inside) = (socket(&at(&ann), &made).await, socket(&at(&sue), &made).await);
        let path = format!("/api/threads/{}", id(&made));
        both.post(&format!("{path}/move"), &json!({"category": PRIVATE})).await.expect(200);
        comment(&sue, &made, "zanzibarium").await;
        let mut heard = Vec::new();
        let code = loop {
            match out.receive().await {
                folkmoot_tests::app::Received::Frame(frame) => heard.push(frame),
                folkmoot_tests::app::Received::Closed(code) => break code,
            }
        };
        assert_eq!((code, heard), (POLICY, Vec::new()));
        assert_eq!(inside.close_code().await, RESYNC);
        let mut inside = socket(&at(&sue), &made).await;
        comment(&sue, &made, "more").await;
        inside.expect("comment.created").await;

        // The category needs a role now.
        let made = thread_in(&ann, "Thread", "text", "workshop").await;
        let (mut out, mut inside) = (socket(&at(&ann), &made).await, socket(&at(&sue), &made).await);
        let closed = json!({"read_role": STAFF});
        put(&forum.admin, &format!("/api/categories/{}", workshop["slug"].as_str().unwrap()), &closed).await.expect(200);
        comment(&sue, &made, "zanzibarium").await;
        assert_eq!(out.close_code().await, POLICY);
        assert_eq!(inside.close_code().await, RESYNC);
        // And no more.
        put(&forum.admin, "/api/categories/workshop", &json!({"read_role": null})).await.expect(200);
        let mut again = socket(&at(&ann), &made).await;
        comment(&ann, &made, "open again").await;
        again.expect("comment.created").await;
    }

    async fn hostile_frames_hurt_nobody(backends: Backends) {
        let forum = Forum::start(backends).await;
        let ann = forum.member("ann");
        let made = thread(&ann, "Thread", "text").await;
        let mut bystander = socket(&ann, &made).await;
        for text in ["", "x", "{}", "[]", "null", "{\"type\":7}", "{\"type\":[\"ping\"]}", "{\"type\":\"comment.created\",\"comment\":{}}"] {
            let mut page = socket(&ann, &made).await;
            page.send_raw(Message::text(text.to_owned())).await.unwrap();
            let frame = page.next().await;
            assert_eq!((&frame["type"], &frame["code"]), (&json!("error"), &json!("unknown_frame")), "{text}");
        }
        let attacks = [Message::text("[".repeat(900)), Message::text("x".repeat(100_000)), Message::binary(vec![0, 1, 2]), Message::text("{\"a\":".repeat(200))];
        for attack in attacks {
            let mut page = socket(&ann, &made).await;
            let _ = page.send_raw(attack).await;
            let _ = page.send(&json!({"type": "ping"})).await;
            drop(page);
        }
        let mut flood = socket(&ann, &made).await;
        for _ in 0..200 {
            if flood.try_send(&json!({"type": "ping"})).await.is_err() {
                break;
            }
        }
        assert!(flood.close_code().await.is_none_or(|code| code == 1008));
        comment(&ann, &made, "all is well").await;
        bystander.expect("comment.created").await;
    }
}
