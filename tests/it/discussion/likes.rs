//! Likes, on both backends.

use folkmoot_tests::{app::Member, on_both_backends, wait};
use serde_json::{Value, json};

use super::{
    forum::{Forum, comment, id, put_empty, socket, thread},
    tables::count,
};

async fn like(by: &Member, path: &str) -> Value {
    put_empty(by, &format!("{path}/like")).await.expect(200)
}

async fn unlike(by: &Member, path: &str) -> Value {
    by.delete(&format!("{path}/like")).await.expect(200)
}

on_both_backends! {
    async fn a_like_counts_once(backends: Backends) {
        let forum = Forum::start(backends).await;
        let (ann, bob) = (forum.member("ann"), forum.member("bob"));
        let opened = thread(&ann, "t", "x").await;
        let written = comment(&ann, &opened, "c").await;
        let (t, c) = (format!("/api/threads/{}", id(&opened)), format!("/api/comments/{}", id(&written)));
        let mut page = socket(&bob, &opened).await;
        for path in [&t, &c] {
            assert_eq!(like(&bob, path).await, json!({"liked": true, "like_count": 1}));
            assert_eq!(like(&bob, path).await, json!({"liked": true, "like_count": 1}));
            assert_eq!(like(&ann, path).await, json!({"liked": true, "like_count": 2}));
            assert_eq!(unlike(&bob, path).await, json!({"liked": false, "like_count": 1}));
            assert_eq!(unlike(&bob, path).await, json!({"liked": false, "like_count": 1}));
            forum.site().get(&format!("{path}/like")).await.expect(405);
        }
        for (count, kind) in [(1, "thread.like.updated"), (2, "thread.like.updated"), (1, "thread.like.updated"), (1, "comment.like.updated")] {
            assert_eq!(page.expect(kind).await["like_count"], count);
        }
        // The same once they are added up, and for who looks.
        for _ in 0..20 {
            let seen = ann.get(&t).await.expect(200);
            assert_eq!((&seen["like_count"], &seen["liked"]), (&json!(1), &json!(true)));
            let seen = bob.get(&c).await.expect(200);
            assert_eq!((&seen["like_count"], &seen["liked"]), (&json!(1), &json!(false)));
        }
    }

    async fn likes_at_once_are_all_counted(backends: Backends) {
        let forum = Forum::start(backends).await;
        let ann = forum.member("ann");
        let opened = thread(&ann, "t", "x").await;
        let path = format!("/api/threads/{}", id(&opened));
        let fans: Vec<Member> = (0..20).map(|number| forum.member(&format!("f{number}"))).collect();
        let liking = fans.iter().map(|fan| {
            let (fan, path) = (fan.clone(), path.clone());
            tokio::spawn(async move {
                like(&fan, &path).await;
                unlike(&fan, &path).await;
                tokio::join!(like(&fan, &path), like(&fan, &path));
            })
        });
        for done in liking.collect::<Vec<_>>() {
            done.await.unwrap();
        }
        let likes = async || ann.get(&path).await.expect(200)["like_count"].clone();
        assert_eq!(likes().await, 20);
        wait::until("nothing is pending, and the sum is the same", async || {
            assert_eq!(likes().await, 20);
            let pending = count(&forum.app.stores, "select count(*) from counter_changes").await;
            (pending == 0).then_some(())
        })
        .await;
        let stored = count(&forum.app.stores, "select like_count from threads").await;
        assert_eq!(stored, 20);
    }
}
