//! The feed's socket: each reader is told what they may see, and nothing else, on every replica.

use folkmoot_tests::{
    app::{Backends, Member, Socket, Stores},
    on_both_backends, wait,
};
use serde_json::{Value, json};
use tungstenite::client::IntoClientRequest as _;
use uuid::Uuid;

use super::teller::{Feed, GENERAL, home};

const STAFF: Uuid = Uuid::from_u128(2);

async fn listen(feed: &Feed, member: &Member) -> Socket {
    let token = member.token.clone().unwrap();
    let url = feed.site.socket_url(&format!("/ws/feed?token={token}"));
    let mut socket = Socket::open(&url).await.unwrap();
    assert_eq!(socket.next().await, json!({"type": "ready"}));
    socket
}

fn title(frame: &Value) -> (&str, &str) {
    (
        frame["type"].as_str().unwrap(),
        frame["thread"]["title"].as_str().unwrap_or_default(),
    )
}

/// The feed that is told, and one that hears of it: another replica where stores can be shared.
async fn two(backends: Backends) -> (Feed, Option<Feed>) {
    let stores = Stores::new(backends).await;
    let one = Feed::start(&stores, &[]).await;
    match backends {
        Backends::Embedded => (one, None),
        Backends::Real => (one, Some(Feed::start(&stores, &[]).await)),
    }
}

on_both_backends! {
    async fn pages_are_told_what_happens(backends: Backends) {
        let (feed, other) = two(backends).await;
        let heard_at = other.as_ref().unwrap_or(&feed);
        let (ann, bob) = (feed.member("ann"), feed.member("bob"));
        let mut pages = [listen(&feed, &bob).await, listen(heard_at, &bob).await];
        let mut thread = feed.teller.open(&ann, "hello").await;
        for page in &mut pages {
            let frame = page.next().await;
            assert_eq!(title(&frame), ("thread.created", "hello"));
            assert_eq!(frame["thread"]["author"]["username"], "ann");
        }
        thread.title = "changed".to_owned();
        feed.teller.change(&mut thread).await;
        feed.teller.tell("discussion.comment.created", &feed.teller.commented(&thread, &ann, "hm")).await;
        let liked = feed.teller.event("discussion.thread.liked", &feed.teller.liked(&thread, &bob.user_id));
        feed.teller.tell_all(&[liked]).await;
        feed.teller.delete(&thread).await;
        for page in &mut pages {
            // Two replicas share the work: events of one thread may overtake each other there.
            let mut kinds = Vec::new();
            for _ in 0..4 {
                let frame = page.next().await;
                match frame["type"].as_str().unwrap() {
                    "thread.updated" => assert_eq!(title(&frame).1, "changed"),
                    "comment.created" => {
                        assert_eq!((&frame["comment_count"], &frame["comment"]["excerpt"]), (&json!(1), &json!("hm")));
                        assert_eq!(frame["comment"]["author"]["username"], "ann");
                    }
                    "thread.like.updated" => assert_eq!((&frame["like_count"], &frame["thread_id"]), (&json!(1), &json!(thread.thread_id))),
                    "thread.deleted" => assert_eq!(frame, json!({"type": "thread.deleted", "thread_id": thread.thread_id})),
                    other => panic!("{other}"),
                }
                kinds.push(frame["type"].as_str().unwrap().to_owned());
                if frame["type"] == "thread.deleted" {
                    break;
                }
            }
            if backends == Backends::Embedded {
                assert_eq!(kinds, ["thread.updated", "comment.created", "thread.like.updated", "thread.deleted"]);
            }
        }
    }

    async fn a_page_that_is_opened_after_others_are_gone_is_told(backends: Backends) {
        let (feed, other) = two(backends).await;
        let heard_at = other.as_ref().unwrap_or(&feed);
        let (ann, bob) = (feed.member("ann"), feed.member("bob"));
        for round in ["first", "second", "third"] {
            let unheard = format!("before the {round}");
            feed.teller.open(&ann, &unheard).await;
            wait::until("it is in the stream", async || {
                feed.titles("/api/activity-stream").await.contains(&unheard).then_some(())
            })
            .await;
            let mut page = listen(heard_at, &bob).await;
            feed.teller.open(&ann, round).await;
            let mut frame = page.next().await;
            // It is in the stream a moment before pages are told.
            if title(&frame).1 == unheard {
                frame = page.next().await;
            }
            assert_eq!(title(&frame), ("thread.created", round));
        }
    }

    async fn nobody_is_told_what_is_not_for_them(backends: Backends) {
        let stores = Stores::new(backends).await;
        let feed = Feed::start(&stores, &[]).await;
        let [ann, bob, mia] = ["ann", "bob", "mia"].map(|name| feed.member(name));
        let staff = feed.member_with("staff", &["member", "staff"]);
        let admin = feed.member_with("admin", &["admin"]);
        feed.teller.relate("block.created", &mia, &ann).await;
        feed.teller.category(STAFF, Some("staff")).await;
        let mut outsiders = [listen(&feed, &bob).await, listen(&feed, &mia).await];
        let mut insiders = [listen(&feed, &staff).await, listen(&feed, &admin).await];
        let mut hidden = feed.teller.thread(&ann, "xylograph");
        (hidden.category_id, hidden.read_role) = (STAFF, Some("staff".to_owned()));
        feed.teller.tell("discussion.thread.created", &hidden).await;
        feed.teller.tell("discussion.comment.created", &feed.teller.commented(&hidden, &ann, "xylograph")).await;
        feed.teller.tell("discussion.thread.liked", &feed.teller.liked(&hidden, &bob.user_id)).await;
        for page in &mut insiders {
            for kind in ["thread.created", "comment.created", "thread.like.updated"] {
                assert_eq!(page.next().await["type"], kind);
            }
        }
        // It is opened, and closed again: who could see it learns that it is gone, and no more.
        hidden.category_id = GENERAL;
        hidden.read_role = None;
        feed.teller.change(&mut hidden).await;
        let [page, blocked] = &mut outsiders;
        assert_eq!(title(&page.next().await), ("thread.updated", "xylograph"));
        (hidden.category_id, hidden.read_role) = (STAFF, Some("staff".to_owned()));
        feed.teller.change(&mut hidden).await;
        assert_eq!(page.next().await, json!({"type": "thread.deleted", "thread_id": hidden.thread_id}));
        for page in &mut insiders {
            assert_eq!(page.next().await["type"], "thread.updated");
            assert_eq!(page.next().await["type"], "thread.updated");
        }
        feed.teller.open(&bob, "for all").await;
        for page in [page, blocked] {
            assert_eq!(title(&page.next().await), ("thread.created", "for all"));
        }

        // Whom one does not hear of any more, one does not hear of here.
        let [page, blocked] = &mut outsiders;
        feed.teller.relate("mute.created", &bob, &ann).await;
        feed.teller.relate("block.deleted", &mia, &ann).await;
        feed.teller.open(&ann, "by ann").await;
        assert_eq!(title(&blocked.next().await), ("thread.created", "by ann"));
        let commented = feed.teller.thread(&bob, "by bob");
        feed.teller.tell("discussion.thread.created", &commented).await;
        feed.teller.tell("discussion.comment.created", &feed.teller.commented(&commented, &ann, "by ann")).await;
        feed.teller.tell("discussion.comment.created", &feed.teller.commented(&commented, &mia, "by mia")).await;
        assert_eq!(title(&page.next().await), ("thread.created", "by bob"));
        let frame = page.next().await;
        assert_eq!((&frame["comment"]["excerpt"], &frame["comment_count"]), (&json!("by mia"), &json!(2)));
    }

    async fn a_socket_needs_a_token_and_one_of_our_pages(backends: Backends) {
        let stores = Stores::new(backends).await;
        let feed = Feed::start(&stores, &[]).await;
        let ann = feed.member("ann");
        let token = ann.token.clone().unwrap();
        let refused = async |query: &str| {
            let opened = Socket::open(feed.site.socket_url(&format!("/ws/feed?{query}"))).await;
            opened.err().and_then(|refused| refused.status())
        };
        assert_eq!(refused("").await, Some(401));
        assert_eq!(refused("token=x.y.z").await, Some(401));
        let old = feed.signed(&ann, |claims| claims.exp = claims.iat - 100).token.unwrap();
        assert_eq!(refused(&format!("token={old}")).await, Some(401));
        assert_eq!(refused(&format!("token={token}")).await, None);
        ann.get("/ws/feed").await.expect_problem(426, "upgrade_required");
        let mut request = feed.site.socket_url(&format!("/ws/feed?token={token}")).into_client_request().unwrap();
        request.headers_mut().insert("origin", "https://evil.example".parse().unwrap());
        assert_eq!(Socket::open(request).await.err().and_then(|refused| refused.status()), Some(403));

        let mut page = listen(&feed, &ann).await;
        for nonsense in ["", "{", "[]", "{\"type\": \"thread.created\"}", &"[".repeat(1_000)] {
            page.send_raw(nonsense.into()).await.unwrap();
            assert_eq!(page.next().await["code"], "unknown_frame");
        }
        page.send(&json!({"type": "ping"})).await;
        assert_eq!(page.next().await, json!({"type": "pong"}));
        page.send_raw("x".repeat(2_000).into()).await.unwrap();
        assert_eq!(page.close_code().await, Some(1009));
        assert_eq!(home(&ann).await, Vec::<String>::new());
    }

    async fn a_socket_ends_with_its_session(backends: Backends) {
        let stores = Stores::new(backends).await;
        let feed = Feed::start(&stores, &[]).await;
        let ann = feed.signed(&feed.member("ann"), |claims| claims.sid = Some("s1".to_owned()));
        let mut page = listen(&feed, &ann).await;
        feed.teller.ctx.revocations.session("s1").await;
        assert_eq!(wait::within("the socket is closed", page.close_code()).await, Some(3500));
        ann.get("/api/feed").await.expect_problem(401, "unauthorized");
    }
}
