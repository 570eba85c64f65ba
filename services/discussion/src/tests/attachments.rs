use chrono::TimeDelta;
use folkmoot_common::{db::sqlx, upload::Received, with_reader, with_writer};
use uuid::Uuid;

use super::Discussion;
use crate::attachments::Attached;

/// As a request would leave it that has stored a file and not yet what it belongs to.
async fn stored(forum: &Discussion) -> Received {
    let (id, state) = (forum.state.ctx.ids.next(), &forum.state);
    let object_key = format!("attachments/{id}");
    let pending = state.attachments.pending();
    pending
        .begin(id, &object_key, state.ctx.clock.now())
        .await
        .unwrap();
    let mut upload = state.attachments.objects().upload(&object_key);
    upload.write(b"text").await.unwrap();
    upload.finish().await.unwrap();
    Received {
        id,
        object_key,
        filename: "a.txt".to_owned(),
        content_type: "text/plain; charset=utf-8",
        size: 4,
        sha256: String::new(),
    }
}

async fn is_stored(forum: &Discussion, file: &Received) -> bool {
    forum
        .state
        .attachments
        .objects()
        .size(&file.object_key)
        .await
        .is_ok()
}

async fn pending(forum: &Discussion) -> i64 {
    with_reader!(&forum.state.store.db, db => {
        sqlx::query_scalar("select count(*) from pending_objects").fetch_one(db).await
    })
    .unwrap()
}

async fn sweep(forum: &Discussion) -> usize {
    let cutoff = forum.state.ctx.clock.now() - TimeDelta::hours(1);
    let attachments = &forum.state.attachments;
    attachments
        .pending()
        .sweep(attachments.objects(), cutoff)
        .await
        .unwrap()
}

#[tokio::test]
async fn what_a_dead_process_left_is_removed_after_an_hour_and_nothing_else() {
    let forum = Discussion::start().await;
    let ann = forum.member("ann");
    let thread = Uuid::try_parse(&forum.thread(&ann, "Files").await).unwrap();
    let (kept, left) = (stored(&forum).await, stored(&forum).await);
    let kept_file = [kept.clone()];
    let attached = forum.state.store.attach(thread, "id-ann", &kept_file).await;
    assert_eq!(attached.unwrap(), Attached::Yes);
    forum.clock.advance(TimeDelta::minutes(59));
    assert_eq!(sweep(&forum).await, 0);
    forum.clock.advance(TimeDelta::minutes(2));
    assert_eq!(sweep(&forum).await, 1);
    assert!(is_stored(&forum, &kept).await && !is_stored(&forum, &left).await);
    // A request that comes too late gets nothing of it.
    let late = forum
        .state
        .store
        .attach(thread, "id-ann", std::slice::from_ref(&left))
        .await;
    assert_eq!(late.unwrap(), Attached::GivenUp);
    assert_eq!(
        forum.state.store.attachments(&[thread]).await.unwrap()[&thread].len(),
        1
    );
}

#[tokio::test]
async fn whatever_takes_an_attachment_away_its_object_goes_too() {
    let forum = Discussion::start().await;
    let ann = forum.member("ann");
    let thread = Uuid::try_parse(&forum.thread(&ann, "Files").await).unwrap();
    let files = [stored(&forum).await, stored(&forum).await];
    forum
        .state
        .store
        .attach(thread, "id-ann", &files)
        .await
        .unwrap();
    assert_eq!(pending(&forum).await, 0);
    // As nothing in this service does it, and a future part may.
    with_writer!(&forum.state.store.db, db => {
        sqlx::query("delete from threads where id = $1").bind(thread).execute(db).await.map(|_| ())
    })
    .unwrap();
    assert_eq!(pending(&forum).await, 2);
    forum.clock.advance(TimeDelta::hours(2));
    assert_eq!(sweep(&forum).await, 2);
    for file in &files {
        assert!(!is_stored(&forum, file).await);
    }
    assert_eq!(pending(&forum).await, 0);
}

#[tokio::test]
async fn a_request_that_fails_after_its_commit_has_not_failed() {
    let forum = Discussion::start().await;
    let ann = forum.member("ann");
    let thread = Uuid::try_parse(&forum.thread(&ann, "Files").await).unwrap();
    let file = stored(&forum).await;
    forum
        .state
        .store
        .attach(thread, "id-ann", std::slice::from_ref(&file))
        .await
        .unwrap();
    let intake = forum.state.attachments.pending();
    assert!(
        !intake.discard(file.id).await.unwrap(),
        "it is an attachment"
    );
    let found = forum.state.store.thread_of_attachment(file.id).await;
    assert_eq!(found.unwrap(), Some(thread));
}
