//! A process with all that it has started.

use std::{collections::HashMap, fs};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

/// Sends `signal` to one process; one that has ended already is none.
pub(crate) fn signal(pid: u32, signal: Signal) {
    let pid = i32::try_from(pid).expect("process numbers are small");
    let _ = kill(Pid::from_raw(pid), signal);
}

/// Sends `signal` to a process and its descendants.
pub(crate) fn signal_tree(root: u32, wanted: Signal) {
    for pid in tree(root) {
        signal(pid, wanted);
    }
}

/// Whether a process and its descendants do nothing any more since they were sent a `SIGSTOP`: until the kernel has come to
/// it, a thread on another processor still may.
pub(crate) fn is_stopped(root: u32) -> bool {
    tree(root).into_iter().flat_map(threads).all(|stat| {
        let state = field(&stat, 0).unwrap_or("X");
        ["T", "Z", "X"].contains(&state)
    })
}

/// Kills a process and its descendants on the spot (SIGKILL).
pub fn kill_tree(root: u32) {
    signal_tree(root, Signal::SIGKILL);
}

/// The processes that `parent` has started and that still run.
#[must_use]
pub fn children_of(parent: u32) -> Vec<u32> {
    children().remove(&parent).unwrap_or_default()
}

/// `root` and its descendants, parents first.
fn tree(root: u32) -> Vec<u32> {
    let children = children();
    let mut pids = vec![root];
    let mut next = 0;
    while let Some(pid) = pids.get(next) {
        pids.extend(children.get(pid).into_iter().flatten());
        next += 1;
    }
    pids
}

fn children() -> HashMap<u32, Vec<u32>> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        if let Some(parent) = parent(pid) {
            children.entry(parent).or_default().push(pid);
        }
    }
    children
}

/// The `stat` of each thread of a process.
fn threads(pid: u32) -> impl Iterator<Item = String> {
    let threads = fs::read_dir(format!("/proc/{pid}/task"));
    let threads = threads.into_iter().flatten().flatten();
    threads.filter_map(|thread| fs::read_to_string(thread.path().join("stat")).ok())
}

fn parent(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    field(&stat, 1)?.parse().ok()
}

/// A field behind the program's name, which stands in parentheses and may hold anything: 0 is the state, 1 the parent.
fn field(stat: &str, place: usize) -> Option<&str> {
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(place)
}
