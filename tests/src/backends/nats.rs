//! NATS with JetStream.

use std::{net::SocketAddr, ops::Deref};

use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    net::TcpStream,
    sync::OnceCell,
};

use super::{Certificate, Server, programs::built};
use crate::daemon::{Scratch, spawner};

static SHARED: OnceCell<Nats> = OnceCell::const_new();

/// A NATS server whose streams outlive a stop.
#[derive(Debug)]
pub struct Nats {
    server: Server,
}

impl Nats {
    /// The one that the tests of this process share.
    pub async fn shared() -> &'static Self {
        SHARED.get_or_init(Self::start).await
    }

    /// Makes a new server and starts it.
    ///
    /// # Panics
    /// If it was not built or does not start.
    pub async fn start() -> Self {
        Self::start_with(None).await
    }

    /// Makes one that speaks TLS only, with this certificate.
    ///
    /// # Panics
    /// As [`Nats::start`].
    pub async fn start_with_tls(certificate: &Certificate) -> Self {
        Self::start_with(Some(certificate)).await
    }

    async fn start_with(certificate: Option<&Certificate>) -> Self {
        let (folder, program) = (Scratch::new("nats"), built("nats-server"));
        let store = folder.path().join("store");
        let files = certificate.map(|certificate| certificate.copy_to(folder.path()));
        let command = move |port: u16| {
            let mut command = spawner::tied_to_us(&program);
            command
                .args([
                    "--addr",
                    "127.0.0.1",
                    "--port",
                    &port.to_string(),
                    "--jetstream",
                ])
                .arg("--store_dir")
                .arg(&store);
            if let Some([certificate, key]) = &files {
                command.arg("--tls").arg("--tlscert").arg(certificate);
                command.arg("--tlskey").arg(key);
            }
            command
        };
        let server = Server::new("nats", folder, command, answers);
        server.start_again().await;
        Self { server }
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("nats://{}", self.address())
    }
}

impl Deref for Nats {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

/// The server greets with a line that says what it is able to do.
async fn answers(address: SocketAddr) -> bool {
    let Ok(stream) = TcpStream::connect(address).await else {
        return false;
    };
    let mut greeting = String::new();
    let read = BufReader::new(stream).read_line(&mut greeting).await;
    read.is_ok() && greeting.starts_with("INFO ") && greeting.contains(r#""jetstream":true"#)
}
