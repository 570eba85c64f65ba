//! Ports for servers that must be told one.

use std::{
    collections::HashSet,
    hash::{BuildHasher as _, RandomState},
    net::{Ipv4Addr, TcpListener},
    sync::{LazyLock, Mutex},
};

/// Below the ports that the kernel hands to outgoing connections: a client that keeps trying to reach a server
/// that is down must neither take its port nor, by chance, connect to itself.
const RANGE: std::ops::Range<u16> = 12_000..32_000;

static TAKEN: LazyLock<Mutex<HashSet<u16>>> = LazyLock::new(Mutex::default);

/// A port on 127.0.0.1 that nobody listens on, and that this process has not given to anybody else.
///
/// # Panics
/// If there is none.
#[must_use]
pub fn free_port() -> u16 {
    let mut taken = TAKEN.lock().expect("no panic while ports are chosen");
    let start = RandomState::new().hash_one(std::process::id());
    let width = u64::from(RANGE.end - RANGE.start);
    let port = (0..width)
        .map(|step| RANGE.start + u16::try_from((start.wrapping_add(step)) % width).expect("small"))
        .find(|port| !taken.contains(port) && is_free(*port))
        .expect("a free port");
    taken.insert(port);
    port
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}
