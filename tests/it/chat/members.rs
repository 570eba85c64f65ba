//! Who is told to have come and gone.

use folkmoot_common::ServiceName;
use folkmoot_tests::{
    app::{Stores, TestApp},
    on_both_backends,
};
use serde_json::json;

on_both_backends! {
    async fn somebody_with_two_sockets_comes_and_goes_once(backends: Backends) {
        let app = TestApp::on(backends).start().await;
        let (ann, bob) = (app.member("ann"), app.member("bob"));
        let mut watching = ann.chat("general").await;
        watching.expect("user_joined").await;
        let first = bob.chat("general").await;
        assert_eq!(watching.expect("user_joined").await["username"], "bob");
        let second = bob.chat("general").await;
        first.close().await;
        let mut third = bob.chat("general").await;
        third.send_text("only this").await;
        watching.next_message().await;
        second.close().await;
        third.close().await;
        assert_eq!(watching.expect("user_left").await["username"], "bob");
        let rest = watching.frames_until_now().await;
        assert!(rest.is_empty(), "{rest:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_tell_of_each_others_members() {
    let stores = Stores::real().await;
    // Identity does not run here: its keys are made first.
    let _ = stores.issuer();
    let start = || {
        TestApp::real()
            .stores(&stores)
            .services(&[ServiceName::Chat])
            .start()
    };
    let (one, two) = tokio::join!(start(), start());
    let (ann, bob) = (one.member("ann"), two.member("bob"));
    let mut watching = ann.chat("general").await;
    watching.expect("user_joined").await;
    let mut there = bob.chat("general").await;
    assert_eq!(watching.expect("user_joined").await["username"], "bob");
    there.send(&json!({"type": "typing"})).await;
    assert_eq!(watching.expect("typing").await["username"], "bob");
    let also_here = bob.at(one.site()).chat("general").await;
    there.close().await;
    also_here.close().await;
    assert_eq!(watching.expect("user_left").await["username"], "bob");
    assert!(watching.frames_until_now().await.is_empty());
}
