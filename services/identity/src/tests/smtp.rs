//! Mail over SMTP: what the server gets, what happens while it is away, and what is never in the logs.

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use folkmoot_common::http::{BodyLimit, with_layers};
use parking_lot::Mutex;
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

use super::{Identity, PASSWORD};

/// A server that takes mail, or does not.
#[derive(Clone, Default)]
struct Server {
    taken: Arc<Mutex<Vec<String>>>,
    refuses: Arc<AtomicBool>,
    asked: Arc<AtomicBool>,
}

impl Server {
    /// Its URL.
    async fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let server = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(server.clone().talk(stream));
            }
        });
        format!("smtp://127.0.0.1:{port}")
    }

    /// RFC 5321, as much of it as one mail needs.
    async fn talk(self, stream: TcpStream) {
        let mut stream = BufReader::new(stream);
        let mut answer = "220 ready\r\n".to_owned();
        loop {
            if stream.get_mut().write_all(answer.as_bytes()).await.is_err() {
                return;
            }
            let Some(line) = read_line(&mut stream).await else {
                return;
            };
            answer = match line.split([' ', ':']).next().unwrap_or_default() {
                "EHLO" => "250 here\r\n".to_owned(),
                "RCPT" if self.refuses.load(Ordering::Relaxed) => {
                    self.asked.store(true, Ordering::Relaxed);
                    format!("451 later, {line}\r\n")
                }
                "DATA" => {
                    let _ = stream.get_mut().write_all(b"354 go on\r\n").await;
                    let mut mail = String::new();
                    while let Some(line) = read_line(&mut stream).await.filter(|line| line != ".") {
                        mail.push_str(&line);
                        mail.push_str("\r\n");
                    }
                    self.taken.lock().push(mail);
                    "250 taken\r\n".to_owned()
                }
                "QUIT" => return,
                _ => "250 fine\r\n".to_owned(),
            };
        }
    }

    fn taken(&self, subject: &str) -> Vec<String> {
        let taken = self.taken.lock();
        let about = |mail: &&String| {
            mail.contains(&format!("] {subject}\r\n"))
                || mail.contains(&format!("Subject: {subject}"))
        };
        taken.iter().filter(about).cloned().collect()
    }
}

async fn read_line(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    match stream.read_line(&mut line).await {
        Ok(length) if length > 0 => Some(line.trim_end_matches(['\r', '\n']).to_owned()),
        _ => None,
    }
}

#[tokio::test]
async fn mail_goes_to_the_server_and_waits_while_that_is_away() {
    let server = Server::default();
    let url = server.start().await;
    server.refuses.store(true, Ordering::Relaxed);
    let own = [
        "--smtp-url",
        &url,
        "--mail-from",
        "Moot <moot@forum.example.org>",
    ];
    let identity = Identity::with(&["--public-url", "https://forum.example.org"], &own).await;
    let answer = identity.register("ann").await;
    assert_eq!(answer.status, 201, "mail holds nobody up");
    identity
        .until("the server is asked", async || {
            server.asked.load(Ordering::Relaxed)
        })
        .await;
    assert!(server.taken.lock().is_empty());
    server.refuses.store(false, Ordering::Relaxed);
    identity
        .until("the mail is sent", async || {
            identity.advance(60);
            !server.taken("Verify your address").is_empty()
        })
        .await;
    let mail = server.taken("Verify your address").remove(0);
    for line in [
        "From: Moot <moot@forum.example.org>",
        "To: ann@example.org",
        "Auto-Submitted: auto-generated",
        "Subject: [forum.example.org] Verify your address",
    ] {
        assert!(
            mail.contains(&format!("{line}\r\n")),
            "{line} is not in {mail}"
        );
    }
    identity
        .until("it is sent once", async || {
            identity.app.store.waiting_mails().await.unwrap() == 0
        })
        .await;
    assert_eq!(server.taken("Verify your address").len(), 1);
    assert!(!identity.folder.path().join("mail").exists());
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn neither_tokens_nor_codes_nor_addresses_nor_passwords_are_in_the_logs() {
    // Of several subscribers each is asked about every line. One alone is asked by the thread that comes to the line first, and
    // another test's thread has none.
    let _other = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let server = Server::default();
    let url = server.start().await;
    let identity = Identity::with(&[], &["--smtp-url", &url]).await.layered();
    let session = identity.register("ann").await;
    identity.login("ann@example.org", "a wrong guess").await;
    identity.login("ann@example.org", PASSWORD).await;
    identity.refresh(session.text("refresh_token")).await;
    let path = format!("/api/auth/validate?token={}", session.text("access_token"));
    identity.get(&path, None).await;
    identity
        .post(
            "/api/auth/password/forgot",
            json!({"email": "ann@example.org"}),
        )
        .await;
    identity
        .until("a mail", async || {
            !server.taken("Reset your password").is_empty()
        })
        .await;
    let mail = server.taken("Reset your password").remove(0);
    let code = mail
        .split("\r\n")
        .find_map(|line| line.strip_prefix("    "))
        .unwrap()
        .to_owned();
    let body = json!({"email": "ann@example.org", "code": code, "password": "another password"});
    assert_eq!(
        identity.post("/api/auth/password/reset", body).await.status,
        204
    );
    // The server names the address in its refusals.
    server.refuses.store(true, Ordering::Relaxed);
    identity
        .post(
            "/api/auth/password/forgot",
            json!({"email": "ann@example.org"}),
        )
        .await;
    identity
        .until("a refusal", async || server.asked.load(Ordering::Relaxed))
        .await;
    identity
        .until("the line", async || {
            text(&log).contains("a mail did not leave")
        })
        .await;

    let text = text(&log);
    let ours: Vec<_> = text
        .lines()
        .filter(|line| line.contains("folkmoot"))
        .collect();
    assert!(!ours.is_empty());
    for secret in [
        "ann@example.org",
        PASSWORD,
        "a wrong guess",
        "another password",
        &code,
        session.text("access_token"),
        session.text("refresh_token"),
    ] {
        let told = ours.iter().find(|line| line.contains(secret));
        assert_eq!(told, None);
    }
}

fn text(log: &Log) -> String {
    String::from_utf8_lossy(&log.0.lock()).into_owned()
}

impl Identity {
    /// With the layers of every service around it, as it is served.
    fn layered(mut self) -> Self {
        self.router = with_layers(&self.ctx, self.router, BodyLimit::Ordinary);
        self
    }
}
