//! Redis.

use std::{net::SocketAddr, ops::Deref};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::OnceCell,
};

use super::{Certificate, Server, programs::on_path};
use crate::daemon::{Scratch, spawner};

static SHARED: OnceCell<Redis> = OnceCell::const_new();

/// A Redis server that keeps nothing on disk: after a stop it is empty, which nothing may depend on.
#[derive(Debug)]
pub struct Redis {
    server: Server,
}

impl Redis {
    /// The one that the tests of this process share.
    pub async fn shared() -> &'static Self {
        SHARED.get_or_init(Self::start).await
    }

    /// Makes a new server and starts it.
    ///
    /// # Panics
    /// If Redis is not installed or does not start.
    pub async fn start() -> Self {
        let (folder, program) = (Scratch::new("redis"), on_path("redis-server"));
        let data = folder.path().to_owned();
        let command = move |port: u16| {
            let mut command = spawner::tied_to_us(&program);
            command
                .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
                .args(["--save", "", "--appendonly", "no"])
                .arg("--dir")
                .arg(&data);
            command
        };
        let server = Server::new("redis", folder, command, answers);
        server.start_again().await;
        Self { server }
    }

    /// Makes one that speaks TLS only, with this certificate.
    ///
    /// # Panics
    /// As [`Redis::start`].
    pub async fn start_with_tls(certificate: &Certificate) -> Self {
        let (folder, program) = (Scratch::new("redis"), on_path("redis-server"));
        let files = certificate.copy_to(folder.path());
        let command = move |port: u16| {
            let mut command = spawner::tied_to_us(&program);
            command
                .args(["--bind", "127.0.0.1", "--port", "0"])
                .args(["--tls-port", &port.to_string(), "--tls-auth-clients", "no"])
                .args(["--save", "", "--appendonly", "no"])
                .arg("--tls-cert-file")
                .arg(&files[0])
                .arg("--tls-key-file")
                .arg(&files[1]);
            command
        };
        let server = Server::new("redis", folder, command, listens);
        server.start_again().await;
        Self { server }
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://{}", self.address())
    }
}

impl Deref for Redis {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

async fn listens(address: SocketAddr) -> bool {
    TcpStream::connect(address).await.is_ok()
}

async fn answers(address: SocketAddr) -> bool {
    ping(address)
        .await
        .is_ok_and(|answer| answer == *b"+PONG\r\n")
}

async fn ping(address: SocketAddr) -> std::io::Result<[u8; 7]> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(b"PING\r\n").await?;
    let mut answer = [0; 7];
    stream.read_exact(&mut answer).await?;
    Ok(answer)
}
