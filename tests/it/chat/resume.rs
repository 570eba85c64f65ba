//! Coming back: history cursors, `since`, `client_id`, and a second start.

use folkmoot_tests::{app::TestApp, on_both_backends};
use serde_json::{Value, json};

use super::seqs;

on_both_backends! {
    async fn what_was_missed_comes_first_and_each_once(backends: Backends) {
        let app = TestApp::on(backends).start().await;
        let (ann, bob) = (app.member("ann"), app.member("bob"));
        let mut writing = ann.chat("general").await;
        for n in 1..=10 {
            writing.send_text(&n.to_string()).await;
            writing.next_message().await;
        }
        let mut reading = bob.chat_with("general", "since=4").await;
        let joined = reading.expect("joined").await;
        assert_eq!((&joined["seq"], &joined["recovered"], &joined["replayed"]), (&json!(10), &json!(true), &json!(6)));
        writing.send_text("11").await;
        let mut read = Vec::new();
        while read.len() < 7 {
            read.push(reading.next_message().await);
        }
        assert_eq!(seqs(&read), [5, 6, 7, 8, 9, 10, 11]);
    }

    async fn too_much_to_replay_is_said_and_not_half_done(backends: Backends) {
        let app = TestApp::on(backends).set("CHAT_MAX_REPLAY", "5").start().await;
        let ann = app.member("ann");
        let mut writing = ann.chat("general").await;
        for n in 1..=10 {
            writing.send_text(&n.to_string()).await;
            writing.next_message().await;
        }
        for since in ["0", "99"] {
            let mut reading = app.member("bob").chat_with("general", &format!("since={since}")).await;
            let joined = reading.expect("joined").await;
            assert_eq!((&joined["seq"], &joined["recovered"]), (&json!(10), &json!(false)), "since {since}");
            let messages = reading.frames_until_now().await;
            assert!(messages.iter().all(|frame| frame["type"] != "message"), "{messages:?}");
        }
    }

    async fn a_message_sent_again_is_stored_once_and_acknowledged_alike(backends: Backends) {
        let app = TestApp::on(backends).start().await;
        let ann = app.member("ann");
        let message = json!({"type": "message", "content": "once", "client_id": "c1"});
        let mut first = ann.chat("general").await;
        first.send(&message).await;
        let ack = first.expect("ack").await;
        assert_eq!((&ack["client_id"], &ack["seq"]), (&json!("c1"), &json!(1)));
        first.close().await;
        let mut second = ann.chat("general").await;
        second.send(&message).await;
        assert_eq!(second.expect("ack").await, ack);
        let history = ann.get("/api/chat/rooms/general/messages").await.expect(200);
        assert_eq!(history.as_array().map(Vec::len), Some(1));
    }

    async fn history_is_read_in_both_directions_page_by_page(backends: Backends) {
        let app = TestApp::on(backends).start().await;
        let ann = app.member("ann");
        let mut writing = ann.chat("general").await;
        for n in 1..=25 {
            writing.send_text(&n.to_string()).await;
            writing.next_message().await;
        }
        for (first, descending) in [("?limit=10", true), ("?limit=10&after=0", false)] {
            let mut read: Vec<u64> = Vec::new();
            let mut page = Some(first.to_owned());
            while let Some(query) = page.take() {
                let answer = ann.get(&format!("/api/chat/rooms/general/messages{query}")).await;
                let messages: Vec<Value> = serde_json::from_value(answer.expect(200)).expect("a list");
                let page_seqs = seqs(&messages);
                assert!(page_seqs.is_sorted(), "{page_seqs:?}");
                if descending { read.splice(0..0, page_seqs) } else { read.splice(read.len().., page_seqs) };
                page = answer.next_page().map(str::to_owned);
            }
            assert_eq!(read, (1..=25).collect::<Vec<_>>(), "{first}");
        }
    }

    async fn a_second_start_finds_everything_of_the_first(backends: Backends) {
        let app = TestApp::on(backends).start().await;
        let ann = app.register("ann").await;
        let mut writing = ann.chat("general").await;
        writing.send_text("still here?").await;
        writing.next_message().await;
        drop(writing);
        let app = app.restart().await;
        let ann = app.log_in("ann").await;
        let history = ann.get("/api/chat/rooms/general/messages").await.expect(200);
        assert_eq!(history[0]["content"], "still here?");
        let mut writing = ann.chat_with("general", "since=1").await;
        assert_eq!(writing.expect("joined").await["seq"], 1);
        writing.send_text("yes").await;
        assert_eq!(writing.next_message().await["seq"], 2);
    }
}
