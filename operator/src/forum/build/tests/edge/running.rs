//! A real nginx with the rendered configuration, and sockets of a folder in the place of Services.

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

use folkmoot_common::ServiceName;
use serde_json::Value;
use tempfile::TempDir;

use super::super::fixtures;
use crate::forum::build::edge::nginx_config::render;

const PATIENCE: Duration = Duration::from_secs(10);

/// A running nginx, and a stub for each service that answers with what it was asked.
pub(super) struct Edge {
    nginx: Child,
    folder: TempDir,
}

impl Edge {
    /// That of a minimal forum.
    pub(super) fn start() -> Self {
        Self::start_of(&fixtures::minimal())
    }

    /// That of the forum with `spec`.
    pub(super) fn start_of(spec: &Value) -> Self {
        let folder = TempDir::new().expect("a folder");
        for service in ServiceName::ALL {
            stub(service, &folder.path().join(service.as_str()));
        }
        Self::start_in(folder, spec)
    }

    /// With whatever listens in `folder`.
    pub(super) fn start_in(folder: TempDir, spec: &Value) -> Self {
        let configuration = write(folder.path(), spec);
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
    pub(super) fn ask(&self, request: &str) -> String {
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

    pub(super) fn get(&self, path: &str) -> String {
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

/// Writes the configuration of the forum with `spec`, with sockets of `folder` for addresses.
pub(super) fn write(folder: &Path, spec: &Value) -> PathBuf {
    let place = folder.display().to_string();
    open_to_all(folder);
    let text = render(&fixtures::validated(spec));
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

pub(super) fn command(configuration: &Path) -> Command {
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

/// Answers each request with the service's name, the request's first line and its headers. Identity knows one token.
pub(super) fn stub(service: ServiceName, address: &Path) {
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
    if service == ServiceName::Identity && text.starts_with("GET /api/auth/validate ") {
        let verdict = verdict(&text.to_lowercase());
        let answer =
            format!("HTTP/1.1 {verdict}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        // nginx may have gone.
        let _ = stream.write_all(answer.as_bytes());
        return;
    }
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

/// What identity says of a token, as long as the question has the form that it should.
fn verdict(question: &str) -> &'static str {
    let headers = [
        "content-length:",
        "transfer-encoding:",
        "x-user-id:",
        "upgrade:",
        "content-type:",
    ];
    let has_body = headers.iter().any(|header| question.contains(header));
    let asks_well =
        question.contains("\nx-original-method: ") && question.contains("\nx-forwarded-for: ");
    if has_body || !asks_well {
        return "500 Internal Server Error";
    }
    if question.contains("\nauthorization: bearer good") {
        return "200 OK\r\nX-User-ID: u1\r\nX-Username: ann\r\nX-Roles: member";
    }
    if question.contains("\nauthorization: bearer banned") {
        return "403 Forbidden";
    }
    "401 Unauthorized\r\nWWW-Authenticate: Bearer"
}
