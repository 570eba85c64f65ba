//! Why there should be that many chat pods, for people.

use chrono::{DateTime, Utc};

use super::{decide::Count, policy::Target};

fn pods(count: i32) -> String {
    match count {
        1 => "1 pod".to_owned(),
        n => format!("{n} pods"),
    }
}

fn sockets(count: u64) -> String {
    match count {
        1 => "1 socket".to_owned(),
        n => format!("{n} sockets"),
    }
}

fn holds(count: i32) -> &'static str {
    if count == 1 { "holds" } else { "hold" }
}

fn clock(time: DateTime<Utc>) -> String {
    time.format("%H:%M:%S UTC").to_string()
}

/// "3 pods hold 1200 sockets (500 each)".
fn load(target: &Target, count: &Count, current: i32) -> String {
    format!(
        "{} {} {} ({} each)",
        pods(current),
        holds(current),
        sockets(count.known),
        target.per_pod
    )
}

pub(super) fn fixed(replicas: i32) -> String {
    format!("spec.chat.replicas is {replicas}")
}

pub(super) fn fixed_waits(replicas: i32, obstacle: &str) -> String {
    format!("spec.chat.replicas is {replicas}; the next pod goes after waiting for {obstacle}")
}

pub(super) fn needs(target: &Target, count: &Count) -> String {
    let each = target.per_pod;
    let needed = count.known.div_ceil(u64::from(each));
    let (most, fewest) = (
        target.max.unsigned_abs().into(),
        target.min.unsigned_abs().into(),
    );
    if needed < fewest {
        return format!("minReplicas is {}", target.min);
    }
    let bound = match needed > most {
        true => ", and maxReplicas allows no more",
        false => "",
    };
    let needed = i32::try_from(needed.min(most)).unwrap_or(target.max);
    format!(
        "{} ({each} each) take {}{bound}",
        sockets(count.known),
        pods(needed)
    )
}

pub(super) fn most(max: i32) -> String {
    format!("maxReplicas is {max}")
}

pub(super) fn most_waits(max: i32, obstacle: &str) -> String {
    format!("maxReplicas is {max}; the next pod goes after waiting for {obstacle}")
}

pub(super) fn unknown(target: &Target, count: &Count, current: i32, pod: &str) -> String {
    let known = sockets(count.known);
    format!(
        "{} with at least {known} ({} each); the sockets of pod {pod} are not known, so that no pod is taken away",
        pods(current),
        target.per_pod
    )
}

pub(super) fn fits(target: &Target, count: &Count, current: i32) -> String {
    let load = load(target, count, current);
    let room = u64::from(target.per_pod) * u64::from(current.unsigned_abs());
    match (count.known > room, current == target.min) {
        (true, _) => format!("{load}; maxReplicas allows no more"),
        (_, true) => format!("{load}; minReplicas allows no fewer"),
        _ => load,
    }
}

pub(super) fn window(
    target: &Target,
    count: &Count,
    current: i32,
    fewer: i32,
    since: DateTime<Utc>,
) -> String {
    format!(
        "{}; {fewer} would do since {}; fewer pods at {}",
        load(target, count, current),
        clock(since),
        clock(since + target.window)
    )
}

pub(super) fn fewer(target: &Target, count: &Count, current: i32, fewer: i32) -> String {
    format!("{}; {fewer} would do", load(target, count, current))
}

pub(super) fn fewer_waits(
    target: &Target,
    count: &Count,
    current: i32,
    fewer: i32,
    obstacle: &str,
) -> String {
    format!(
        "{}; {fewer} would do; waiting for {obstacle}",
        load(target, count, current)
    )
}
