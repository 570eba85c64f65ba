use folkmoot_common::{
    ServiceName,
    bus::Event,
    events::identity::{USER_DELETED, UserDeleted},
};

use super::*;
use crate::accounts;

async fn upload_by(setup: &Setup, user: &str, content: &[u8]) -> Value {
    let body = form(&[file("a.txt", content), text("user_id", user)]);
    let answer = setup.upload(body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
    answer.json()
}

fn gone(setup: &Setup, user: &str) -> Event {
    let ctx = &setup.app.ctx;
    let data = UserDeleted {
        user_id: user.to_owned(),
        deleted_at: ctx.clock.now(),
    };
    Event::new(ctx, ServiceName::Identity, USER_DELETED, &data).expect("an event")
}

#[tokio::test]
async fn files_and_objects_of_who_is_gone_are_removed_and_no_others() {
    let setup = Setup::open().await;
    for _ in 0..3 {
        upload_by(&setup, "ann", b"of ann").await;
    }
    let kept = upload_by(&setup, "bob", b"of bob").await;
    for _ in 0..2 {
        let event = gone(&setup, "ann");
        accounts::handle(&setup.app, &event).await.expect("handled");
        assert_eq!((setup.objects(), setup.files().await), (1, 1));
        assert_eq!(setup.pending().await, 0);
    }
    let path = format!("/{}/download", kept["id"].as_str().expect("an id"));
    assert_eq!(setup.get(&path).await.body, "of bob");

    // One that was still on its way.
    upload_by(&setup, "ann", b"late").await;
    accounts::look_again(&setup.app).await.expect("looked");
    assert_eq!((setup.objects(), setup.files().await), (1, 1));
    let age = setup.app.settings.pending_age() + TimeDelta::seconds(1);
    setup.clock.advance(age);
    accounts::look_again(&setup.app).await.expect("looked");
    let remembered = setup.app.store.remembered_deleted(9).await;
    assert_eq!(remembered.expect("read"), [""; 0]);
}

#[tokio::test]
async fn a_store_that_is_away_keeps_nobody_from_going() {
    let setup = Setup::open().await;
    upload_by(&setup, "ann", b"of ann").await;
    let objects = setup.folder.path().join("objects");
    let aside = setup.folder.path().join("aside");
    std::fs::rename(&objects, &aside).expect("moved");
    std::fs::write(&objects, b"no folder").expect("written");
    let event = gone(&setup, "ann");
    accounts::handle(&setup.app, &event).await.expect("handled");
    assert_eq!((setup.files().await, setup.pending().await), (0, 1));
    std::fs::remove_file(&objects).expect("removed");
    std::fs::rename(&aside, &objects).expect("moved");
    setup.clock.advance(TimeDelta::hours(2));
    let cutoff = setup.app.ctx.clock.now();
    let swept = setup.app.pending.sweep(&setup.app.objects, cutoff).await;
    assert_eq!(swept.expect("swept"), 1);
    setup.assert_empty("after the sweep").await;
}
