//! One thread that starts every child process and lives as long as this process.
//!
//! The kernel can kill a child when its parent is gone (`PR_SET_PDEATHSIG`), but it means the parent *thread*, and
//! the threads of tests come and go. The thread here ends only with the process, however that ends.

use std::{
    ffi::OsStr,
    io,
    process::{Child, Command},
    sync::{
        LazyLock,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

type Order = (Command, Sender<io::Result<Child>>);

static SPAWNER: LazyLock<Sender<Order>> = LazyLock::new(|| {
    let (sender, orders) = channel();
    thread::Builder::new()
        .name("spawner".to_owned())
        .spawn(move || spawn_all(&orders))
        .expect("a thread");
    sender
});

fn spawn_all(orders: &Receiver<Order>) {
    for (mut command, answer) in orders {
        let _ = answer.send(command.spawn());
    }
}

/// A command that runs `program` until this process ends, at the latest.
#[must_use]
pub fn tied_to_us(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(program);
    command
}

/// The same, run by another user, which only root may do.
pub(crate) fn tied_to_us_as(user: &str, group: &str, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", user, "--regid", group, "--clear-groups"])
        .args(["--pdeathsig", "KILL", "--"])
        .arg(program);
    command
}

/// Starts `command` from the thread.
pub(crate) fn spawn(command: Command) -> io::Result<Child> {
    let (sender, answer) = channel();
    SPAWNER
        .send((command, sender))
        .expect("the spawner lives as long as the process");
    answer
        .recv()
        .expect("the spawner lives as long as the process")
}
