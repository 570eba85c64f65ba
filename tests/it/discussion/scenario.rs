//! The scenario list of a discussion forum: register, open a thread, answer each other, like and unlike, see it live, and be
//! notified. All services together.

use folkmoot_tests::{
    app::{Member, Socket, TestApp},
    on_both_backends, wait,
};
use serde_json::{Value, json};

use super::forum::{id, put, put_empty, socket_url};

async fn live(by: &Member, thread: &Value) -> Socket {
    let mut socket = Socket::open(&socket_url(by, id(thread))).await.unwrap();
    socket.expect("joined").await;
    socket
}

/// The kinds of somebody's notifications, once there are so many.
async fn notified(who: &Member, count: usize) -> Vec<String> {
    let path = format!("/api/notifications/{}", who.user_id);
    wait::until("notifications", async || {
        let list = who.get(&path).await.expect(200);
        let mut kinds: Vec<String> = list
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["notif_type"].as_str().unwrap().to_owned())
            .collect();
        kinds.sort();
        (kinds.len() >= count).then_some(kinds)
    })
    .await
}

on_both_backends! {
    async fn people_discuss(backends: Backends) {
        let app = TestApp::on(backends).start().await;
        let (ann, bob, cleo) = (app.register("ann").await, app.register("bob").await, app.register("cleo").await);
        let new = json!({"title": "Standing stones", "body": "Which are the *oldest*? @cleo may know.", "tags": ["stones"]});
        let thread = ann.post("/api/threads", &new).await.expect(201);
        let path = format!("/api/threads/{}", id(&thread));
        let comments = format!("{path}/comments");
        let (mut anns, mut bobs) = (live(&ann, &thread).await, live(&bob, &thread).await);

        let first = bob.post(&comments, &json!({"body": "Those of Carnac."})).await.expect(201);
        let answer = json!({"body": "Older: **Göbekli Tepe**, @bob.", "parent_id": id(&first)});
        let second = cleo.post(&comments, &answer).await.expect(201);
        let third = ann.post(&comments, &json!({"body": "Thanks!", "parent_id": id(&second)})).await.expect(201);
        assert_eq!([&first["depth"], &second["depth"], &third["depth"]], [&json!(0), &json!(1), &json!(2)]);
        for page in [&mut anns, &mut bobs] {
            for written in [&first, &second, &third] {
                let frame = page.expect("comment.created").await;
                assert_eq!((&frame["comment"]["id"], &frame["comment"]["liked"]), (&written["id"], &json!(false)));
            }
        }

        for (who, likes) in [(&bob, 1), (&cleo, 2)] {
            put_empty(who, &format!("{path}/like")).await.expect(200);
            for page in [&mut anns, &mut bobs] {
                assert_eq!(page.expect("thread.like.updated").await["like_count"], likes);
            }
        }
        bob.delete(&format!("{path}/like")).await.expect(200);
        assert_eq!(anns.expect("thread.like.updated").await["like_count"], 1);
        put_empty(&ann, &format!("/api/comments/{}/like", id(&second))).await.expect(200);
        assert_eq!(anns.expect("comment.like.updated").await["comment_id"], second["id"]);

        // Who was told what: ann of two comments on her thread and one like, bob of an answer, cleo of her mention, the answer
        // to her and the like.
        assert!(notified(&ann, 3).await.iter().any(|kind| kind == "thread.liked"));
        assert!(!notified(&bob, 1).await.is_empty());
        let cleos = notified(&cleo, 3).await;
        assert_eq!(cleos, ["comment.liked", "comment.replied", "mention"]);

        put(&ann, &path, &json!({"title": "The oldest standing stones"})).await.expect(200);
        let frame = bobs.expect("thread.updated").await;
        assert_eq!(frame["thread"]["title"], "The oldest standing stones");
        put(&bob, &format!("/api/comments/{}", id(&first)), &json!({"body": "Those of Carnac?"})).await.expect(200);
        assert_eq!(anns.expect("comment.updated").await["comment"]["body"], "Those of Carnac?");
        cleo.delete(&format!("/api/comments/{}", id(&second))).await.expect(204);
        assert_eq!(anns.expect("comment.deleted").await["comment_id"], second["id"]);

        let list = bob.get(&comments).await.expect(200);
        let bodies: Vec<_> = list.as_array().unwrap().iter().map(|one| one["body"].clone()).collect();
        assert_eq!(bodies, [json!("Those of Carnac?"), json!(null), json!("Thanks!")]);
        let seen = bob.get(&path).await.expect(200);
        assert_eq!((&seen["comment_count"], &seen["like_count"], &seen["liked"]), (&json!(2), &json!(1), &json!(false)));

        // What was told of a comment goes with it.
        let bobs_path = format!("/api/notifications/{}", bob.user_id);
        wait::until("bob's notification is gone", async || (bob.get(&bobs_path).await.expect(200) == json!([])).then_some(())).await;

        ann.delete(&path).await.expect(204);
        bobs.expect("thread.deleted").await;
        bob.get(&path).await.expect_problem(404, "thread_not_found");
    }
}
