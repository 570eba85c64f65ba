//! Who is told to have come and gone.

use std::collections::BTreeSet;

use folkmoot_common::ServiceName;
use folkmoot_tests::{
    app::{Member, Socket, Stores, TestApp},
    on_both_backends,
};
use futures_util::future::join_all;
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

/// Two replicas of chat, and what must live as long as they do.
async fn replicas() -> (Stores, TestApp, TestApp) {
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
    (stores, one, two)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_tell_of_each_others_members() {
    let (_stores, one, two) = replicas().await;
    let (ann, bob) = (one.member("ann"), two.member("bob"));
    let mut watching = ann.chat("general").await;
    watching.expect("user_joined").await;
    let mut there = bob.chat("general").await;
    assert_eq!(watching.expect("user_joined").await["username"], "bob");
    there.send(&json!({"type": "typing"})).await;
    assert_eq!(watching.expect("typing").await["username"], "bob");
    let mut also_here = bob.at(one.site()).chat("general").await;
    also_here.frames_until_now().await;
    there.close().await;
    also_here.close().await;
    assert_eq!(watching.expect("user_left").await["username"], "bob");
    assert!(watching.frames_until_now().await.is_empty());
}

/// Those who leave both replicas at the same moment are told to have left once, and came once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sockets_that_come_and_go_at_once_on_two_replicas_are_told_once() {
    let (_stores, one, two) = replicas().await;
    let mut watching = one.member("watcher").chat("general").await;
    watching.expect("user_joined").await;
    let members: Vec<_> = (0..20).map(|n| one.member(&format!("m{n}"))).collect();
    for round in 0..3 {
        let here = members.iter().map(enter);
        let also = members
            .iter()
            .map(async |member| enter(&member.at(two.site())).await);
        let (here, there) = tokio::join!(join_all(here), join_all(also));
        assert_eq!(
            told(&mut watching, "user_joined").await,
            20,
            "round {round}"
        );
        let sockets = here.into_iter().chain(there);
        join_all(sockets.map(Socket::close)).await;
        assert_eq!(told(&mut watching, "user_left").await, 20, "round {round}");
        let rest = watching.frames_until_now().await;
        assert!(rest.is_empty(), "round {round}: {rest:?}");
    }
}

/// Enters the room and waits until that is done: only then is the ping answered.
async fn enter(member: &Member) -> Socket {
    let mut socket = member.chat("general").await;
    socket.frames_until_now().await;
    socket
}

/// Twenty notices of this kind; every one is of somebody else.
async fn told(watching: &mut Socket, kind: &str) -> usize {
    let mut who = BTreeSet::new();
    for _ in 0..20 {
        let frame = watching.next().await;
        assert_eq!(frame["type"], kind, "{frame}");
        who.insert(frame["username"].to_string());
    }
    who.len()
}
