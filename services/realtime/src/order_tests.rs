//! Seeded random permutation, duplication and loss against a model.

use std::time::Duration;

use super::*;

const WAIT: Duration = Duration::from_millis(100);

fn frame(seq: u64) -> Frame {
    Frame::text(&seq.to_string())
}

fn rows(range: std::ops::RangeInclusive<u64>) -> Vec<(u64, Frame)> {
    range.map(|seq| (seq, frame(seq))).collect()
}

fn seqs(out: &[(u64, Frame)]) -> Vec<u64> {
    out.iter().map(|(seq, _)| *seq).collect()
}

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

#[test]
fn live_messages_wait_for_the_position() {
    let (mut order, mut out) = (Order::new(1000), Vec::new());
    for seq in [7, 5, 6] {
        order.offer(seq, frame(seq), ms(0), &mut out);
    }
    assert!(out.is_empty() && order.due(WAIT).is_none());
    order.position(5, ms(0), &mut out);
    assert_eq!(seqs(&out), [6, 7]);
}

#[test]
fn a_gap_waits_and_is_then_read() {
    let (mut order, mut out) = (Order::new(1000), Vec::new());
    order.position(0, ms(0), &mut out);
    order.offer(1, frame(1), ms(0), &mut out);
    order.offer(3, frame(3), ms(10), &mut out);
    assert_eq!(order.overdue(ms(109), WAIT), None);
    assert_eq!(order.overdue(ms(110), WAIT), Some(1));
    assert_eq!(order.overdue(ms(999), WAIT), None, "one read at a time");
    order.repair(Some(rows(2..=3)), ms(120), &mut out);
    order.offer(2, frame(2), ms(130), &mut out);
    assert_eq!(seqs(&out), [1, 2, 3]);
    assert_eq!(order.due(WAIT), None);
}

#[test]
fn a_log_that_is_out_of_reach_is_asked_again_and_again() {
    let (mut order, mut out) = (Order::new(1000), Vec::new());
    order.position(0, ms(0), &mut out);
    order.offer(2, frame(2), ms(0), &mut out);
    let mut now = ms(0);
    for _ in 0..50 {
        now = order.due(WAIT).unwrap();
        assert_eq!(order.overdue(now, WAIT), Some(0));
        order.repair(None, now, &mut out);
        assert!(order.due(WAIT).unwrap() - now <= MAX_PAUSE);
    }
    order.overdue(now + MAX_PAUSE, WAIT);
    order.repair(Some(rows(1..=2)), now, &mut out);
    assert_eq!(seqs(&out), [1, 2]);
}

#[test]
fn what_is_held_is_bounded_and_found_in_the_log() {
    let (mut order, mut out) = (Order::new(10), Vec::new());
    order.position(0, ms(0), &mut out);
    for seq in 2..=100 {
        order.offer(seq, frame(seq), ms(0), &mut out);
    }
    assert!(order.held_bytes <= 10);
    assert_eq!(order.overdue(ms(100), WAIT), Some(0));
    order.repair(Some(rows(1..=50)), ms(100), &mut out);
    assert_eq!(order.overdue(ms(200), WAIT), Some(50));
    order.repair(Some(rows(51..=100)), ms(200), &mut out);
    assert_eq!(seqs(&out), (1..=100).collect::<Vec<_>>());
    assert_eq!(order.held_bytes, 0);
}

#[test]
fn each_message_once_and_in_order_whatever_arrives() {
    for seed in 1..=300_u64 {
        let mut random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut below = move |n: u64| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random % n
        };
        let total = 200;
        let start = below(20);
        let (mut order, mut out) = (Order::new(200), Vec::new());
        let (mut durable, mut now, mut started) = (start, ms(0), false);
        let mut on_the_wire = Vec::new();
        while order.delivered() != Some(total) {
            now += ms(below(30));
            if durable < total && below(2) == 0 {
                durable += 1;
                on_the_wire.extend((0..below(3)).map(|_| durable));
            }
            if !on_the_wire.is_empty() && below(3) > 0 {
                let seq = on_the_wire.swap_remove(below(on_the_wire.len() as u64) as usize);
                order.offer(seq, frame(seq), now, &mut out);
            }
            if below(20) == 0 {
                started = started || below(4) == 0;
                if started {
                    order.position(durable, now, &mut out);
                }
            }
            if let Some(after) = order.overdue(now, WAIT) {
                let end = durable.min(after + 1 + below(20));
                let read = (below(4) > 0).then(|| rows(after + 1..=end));
                order.repair(read, now, &mut out);
            }
        }
        let first = out.first().map_or(total + 1, |(seq, _)| *seq);
        assert_eq!(
            seqs(&out),
            (first..=total).collect::<Vec<_>>(),
            "seed {seed}"
        );
    }
}
