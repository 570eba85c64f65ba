//! The rendered configuration in a real nginx, with sockets of a folder in the place of Services.

use std::{
    fs::{self, Permissions},
    io::{Read as _, Write as _},
    os::unix::{
        fs::PermissionsExt as _,
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use folkmoot_common::{
    ServiceName,
    edge::{TABLE, lookup},
};
use tempfile::TempDir;

use super::super::fixtures;
use crate::forum::build::edge::nginx_config::render;

const PATIENCE: Duration = Duration::from_secs(10);

/// A running nginx, and a stub for each service that answers with what it was asked.
struct Edge {
    nginx: Child,
    folder: TempDir,
}

impl Edge {
    fn start() -> Self {
        let folder = TempDir::new().expect("a folder");
        for service in ServiceName::ALL {
            stub(service, &folder.path().join(service.as_str()));
        }
        Self::start_in(folder)
    }

    fn start_in(folder: TempDir) -> Self {
        let configuration = write(folder.path());
        let nginx = command(&configuration).spawn().expect("nginx");
        let mut edge = Self { nginx, folder };
        let deadline = Instant::now() + PATIENCE;
        while UnixStream::connect(edge.address()).is_err() {
            let ended = edge.nginx.try_wait().expect("a state");
            assert_eq!(ended, None, "nginx has ended");
            assert!(Instant::now() < deadline, "nginx does not answer");
            thread::sleep(Duration::from_millis(10));
        }
        edge
    }

    fn address(&self) -> PathBuf {
        self.folder.path().join("edge")
    }

    /// Sends `request` and reads the answer.
    fn ask(&self, request: &str) -> String {
        let mut stream = UnixStream::connect(self.address()).expect("a connection");
        stream
            .set_read_timeout(Some(PATIENCE))
            .expect("a time limit");
        stream.write_all(request.as_bytes()).expect("to send");
        let (mut answer, mut buffer) = (Vec::new(), [0; 4096]);
        // Not until it closes: it goes on reading a body that it has refused.
        while !is_whole(&answer) {
            let read = stream.read(&mut buffer).expect("an answer");
            if read == 0 {
                break;
            }
            answer.extend_from_slice(&buffer[..read]);
        }
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn get(&self, path: &str) -> String {
        self.ask(&format!(
            "GET {path} HTTP/1.1\r\nHost: forum.example.org:8443\r\nConnection: close\r\n\r\n"
        ))
    }
}

/// Whether all of the body that the headers announce has come.
fn is_whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("Content-Length: "));
    length.is_some_and(|length| body.len() >= length.parse().expect("a length"))
}

impl Drop for Edge {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.nginx.kill();
        let _ = self.nginx.wait();
    }
}

/// Writes the configuration of a minimal forum with sockets of `folder` for addresses.
fn write(folder: &Path) -> PathBuf {
    let place = folder.display().to_string();
    open_to_all(folder);
    let text = render(&fixtures::validated(&fixtures::minimal()));
    let mut text = text.replace("/tmp/", &format!("{place}/"));
    for service in ServiceName::ALL {
        let address = format!("demo-{service}:{}", service.port());
        assert!(text.contains(&address), "{address}");
        text = text.replace(&address, &format!("unix:{place}/{service}"));
    }
    let listen = format!("listen unix:{place}/edge");
    let text = text.replace("listen 8080 default_server", &listen);
    let file = folder.join("nginx.conf");
    fs::write(&file, text).expect("a file");
    file
}

fn command(configuration: &Path) -> Command {
    let program = ["/usr/sbin/nginx", "/usr/bin/nginx"]
        .into_iter()
        .find(|path| Path::new(path).exists())
        .expect("nginx is not installed: see scripts/setup-test-deps.sh");
    let mut command = Command::new(program);
    // Of one process, so that nothing is left when it is killed.
    command
        .args(["-g", "master_process off;", "-e", "stderr", "-c"])
        .arg(configuration)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

/// Workers of nginx run as another user when the test is root.
fn open_to_all(path: &Path) {
    fs::set_permissions(path, Permissions::from_mode(0o777)).expect("permissions");
}

/// Answers each request with the service's name, the request's first line, its headers and the bytes of its body.
fn stub(service: ServiceName, address: &Path) {
    let listener = UnixListener::bind(address).expect("a socket");
    open_to_all(address);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(stream) = stream else { return };
            thread::spawn(move || answer(service, stream));
        }
    });
}

fn answer(service: ServiceName, mut stream: UnixStream) {
    let (mut head, mut buffer) = (Vec::new(), [0; 4096]);
    let end = loop {
        let Ok(read @ 1..) = stream.read(&mut buffer) else {
            return;
        };
        head.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&head);
        if let Some(end) = text.find("\r\n\r\n") {
            break end;
        }
    };
    let text = String::from_utf8_lossy(&head[..end]).into_owned();
    let body = format!("{service} {text}\r\n");
    let status = if text.to_lowercase().contains("upgrade: websocket") {
        "101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n".to_owned()
    } else {
        format!(
            "200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        )
    };
    // The client may have gone.
    let _ = stream.write_all(format!("HTTP/1.1 {status}{body}").as_bytes());
}

#[test]
fn nginx_takes_the_configuration() {
    let folder = TempDir::new().expect("a folder");
    let configuration = write(folder.path());
    let output = command(&configuration)
        .arg("-t")
        .stderr(Stdio::piped())
        .output()
        .expect("nginx");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(!said.contains("[warn]"), "{said}");
}

#[test]
fn addresses_reach_whom_the_table_says_as_they_were_sent() {
    let edge = Edge::start();
    let below = TABLE
        .iter()
        .map(|row| format!("{}/x?a=%2F&b=1", row.prefix.trim_end_matches('/')));
    let tricky = [
        "/api/chatter",
        "/wss",
        "/ws/notifications/ann",
        "/ws/general/ann?token=a.b.c",
        "/api/chat?x=1",
        "//api/auth/me",
        "/API/AUTH/me",
        "/?next=/api/auth",
        "/api/files/a%20b/download",
        "/.well-known/jwks.json",
        "/.well-known/jwksxjson",
        "/rooms/general",
    ];
    let exact = TABLE.iter().map(|row| row.prefix.to_owned());
    for path in exact.chain(below).chain(tricky.map(str::to_owned)) {
        let answer = edge.get(&path);
        let service = lookup(path.split('?').next().expect("a path"))
            .expect("a row")
            .service;
        let expected = format!("\n{service} GET {path} HTTP/1.1\r\n");
        assert!(answer.contains(&expected), "{path}: {answer}");
    }
}

#[test]
fn services_learn_who_asked_and_under_which_name() {
    let edge = Edge::start();
    let answer = edge.ask(
        "GET /api/auth/me HTTP/1.1\r\nHost: forum.example.org:8443\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n\r\n",
    );
    for header in [
        "Host: forum.example.org:8443\r\n",
        "X-Forwarded-For: 203.0.113.9, unix:\r\n",
        "X-Forwarded-Host: forum.example.org:8443\r\n",
        "X-Forwarded-Proto: http\r\n",
    ] {
        assert!(answer.contains(header), "{header}: {answer}");
    }
    assert!(!answer.contains("nginx/"), "{answer}");
}

#[test]
fn sockets_are_upgraded() {
    let edge = Edge::start();
    let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    let answer = edge.ask(&format!(
        "GET /ws/general/ann HTTP/1.1\r\nHost: x\r\n{upgrade}\r\n"
    ));
    assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
    assert!(
        answer.contains("\nchat GET /ws/general/ann HTTP/1.1\r\n"),
        "{answer}"
    );
    let plain = edge.get("/ws/general/ann");
    assert!(!plain.to_lowercase().contains("upgrade"), "{plain}");
}

#[test]
fn only_uploads_may_be_large() {
    let edge = Edge::start();
    let post = |path: &str, bytes: u64| {
        edge.ask(&format!("POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {bytes}\r\n\r\n"))
    };
    for (path, bytes) in [("/api/chat/rooms", 2 << 20), ("/api/files", 27 << 20)] {
        let answer = post(path, bytes);
        assert!(answer.starts_with("HTTP/1.1 413 "), "{path}: {answer}");
        assert!(
            answer.contains("application/problem+json"),
            "{path}: {answer}"
        );
        assert!(answer.contains(r#""code":"too_large""#), "{path}: {answer}");
    }
    // The body is not waited for: it goes on as it comes.
    let answer = post("/api/files/upload", 25 << 20);
    assert!(
        answer.contains("file POST /api/files/upload HTTP/1.1\r\n"),
        "{answer}"
    );
}

#[test]
fn a_service_that_is_away_is_said_to_be_so_and_the_probe_does_not_mind() {
    let edge = Edge::start_in(TempDir::new().expect("a folder"));
    let answer = edge.get("/api/chat/rooms");
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    for part in [
        "Retry-After: 2\r\n",
        "application/problem+json",
        r#""code":"unavailable""#,
    ] {
        assert!(answer.contains(part), "{part}: {answer}");
    }
    assert!(edge.get("/healthz").starts_with("HTTP/1.1 200 "));
}
