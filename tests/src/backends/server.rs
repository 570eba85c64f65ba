//! What all the servers have in common.

use std::{future::Future, net::SocketAddr, pin::Pin, process::Command};

use crate::{
    Stop,
    daemon::{Daemon, Scratch, Signal, free_port},
    wait,
};

type Answer = Pin<Box<dyn Future<Output = bool> + Send>>;
type Probe = Box<dyn Fn(SocketAddr) -> Answer + Send + Sync>;

/// A server of the tests. It listens on 127.0.0.1 and is killed when it is dropped or this process ends.
pub struct Server {
    name: &'static str,
    address: SocketAddr,
    daemon: Daemon,
    probe: Probe,
    ask: Signal,
    folder: Scratch,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("name", &self.name)
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Server {
    /// A server that is not running yet, with its data in `folder`. `command` makes its command from its port;
    /// `probe` tells whether it answers.
    pub(super) fn new<F>(
        name: &'static str,
        folder: Scratch,
        command: impl Fn(u16) -> Command + Send + Sync + 'static,
        probe: impl Fn(SocketAddr) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = bool> + Send + 'static,
    {
        let port = free_port();
        let log = folder.path().join("log");
        Self {
            name,
            address: ([127, 0, 0, 1], port).into(),
            daemon: Daemon::new(name, log, move || command(port)),
            probe: Box::new(move |address| Box::pin(probe(address))),
            ask: Signal::SIGTERM,
            folder,
        }
    }

    /// Sets the signal that asks this server to end, if it is not SIGTERM.
    pub(super) fn asked_by(mut self, signal: Signal) -> Self {
        self.ask = signal;
        self
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Starts it, unless it runs, and waits until it answers.
    ///
    /// # Panics
    /// If it does not answer.
    pub async fn start_again(&self) {
        let ready = wait::try_until(wait::LIMIT, async || {
            // What is left of a killed server can make the first attempts fail.
            self.daemon.start();
            (self.probe)(self.address).await.then_some(())
        });
        if ready.await.is_none() {
            panic!(
                "{} does not answer. Its log:\n{}",
                self.name,
                self.daemon.log_tail()
            );
        }
    }

    /// Ends it and waits until it is gone.
    ///
    /// # Panics
    /// If it does not end.
    pub async fn stop(&self, how: Stop) {
        match how {
            Stop::Ask => {
                self.daemon.signal(self.ask);
                self.daemon.wait().await;
            }
            Stop::Kill => self.daemon.kill().await,
        }
    }

    /// Freezes it (SIGSTOP): connections stay open and nothing answers any more.
    ///
    /// # Panics
    /// If it goes on.
    pub async fn pause(&self) {
        self.daemon.pause().await;
    }

    /// Ends a pause (SIGCONT).
    pub fn resume(&self) {
        self.daemon.signal_tree(Signal::SIGCONT);
    }

    /// Whether its process exists.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.daemon.is_running()
    }

    /// The number of its process, while it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.daemon.pid()
    }

    /// All that it has written to its log.
    #[must_use]
    pub fn log(&self) -> String {
        self.daemon.log()
    }

    pub(super) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }
}
