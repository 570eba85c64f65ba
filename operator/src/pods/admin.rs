//! Asking one pod on its admin port. A pod is not trusted: an answer has a time limit and a size limit, redirects are
//! not followed, and no proxy stands between.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    Method, Request, StatusCode,
    body::Bytes,
    client::conn::http1,
    header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue},
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::answer::{self, Problems, Sockets};

/// The port on which pods answer the operator.
pub const ADMIN_PORT: u16 = 9090;
/// An answer that takes longer is none.
const TIMEOUT: Duration = Duration::from_secs(1);
/// A process gives each of the servers that it stands on a second before it says that one does not answer.
const READINESS_TIMEOUT: Duration = Duration::from_secs(2);
/// Most bytes of the head of an answer (hyper's least), and of its body.
const MAX_HEAD: usize = 8 * 1024;
const MAX_BODY: usize = 16 * 1024;

/// Asks pods. It keeps no connection: most pods are asked every ten seconds, and open connections would cost more
/// memory than new ones cost time.
#[derive(Debug, Clone, Copy)]
pub struct AdminClient {
    port: u16,
}

impl Default for AdminClient {
    fn default() -> Self {
        Self::new(ADMIN_PORT)
    }
}

impl AdminClient {
    /// A client for pods that listen on `port`.
    #[must_use]
    pub const fn new(port: u16) -> Self {
        Self { port }
    }

    /// The parts of a process that do not work.
    ///
    /// # Errors
    /// Why it is not known, for people.
    pub async fn problems(&self, ip: IpAddr) -> Result<Problems, String> {
        let (status, body) = self
            .send(ip, Method::GET, READYZ, None, Bytes::new())
            .await?;
        match status {
            StatusCode::OK | StatusCode::SERVICE_UNAVAILABLE => answer::readiness(&body),
            other => Err(format!("it answers /readyz with {}", other.as_u16())),
        }
    }

    /// The sockets of a chat pod.
    ///
    /// # Errors
    /// Why they are not known, for people.
    pub async fn sockets(&self, ip: IpAddr) -> Result<Sockets, String> {
        let (status, body) = self
            .send(ip, Method::GET, "/sockets", None, Bytes::new())
            .await?;
        match status {
            StatusCode::OK => answer::sockets(&body),
            other => Err(format!("it answers /sockets with {}", other.as_u16())),
        }
    }

    /// Asks a chat pod to make `count` of its sockets come back elsewhere.
    ///
    /// # Errors
    /// Why it does not, for people. The token is in no message.
    pub async fn move_sockets(&self, ip: IpAddr, count: u32, token: &str) -> Result<(), String> {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {token}"))
            .map_err(|_| "the admin token holds what no header can".to_owned())?;
        bearer.set_sensitive(true);
        let body = Bytes::from(format!("{{\"count\":{count}}}"));
        let sent = self.send(ip, Method::POST, "/sockets/move", Some(bearer), body);
        let (status, _) = sent.await?;
        if status.is_success() {
            return Ok(());
        }
        Err(format!("it answers /sockets/move with {}", status.as_u16()))
    }

    async fn send(
        &self,
        ip: IpAddr,
        method: Method,
        path: &str,
        bearer: Option<HeaderValue>,
        body: Bytes,
    ) -> Result<(StatusCode, Bytes), String> {
        // Written as text, an IPv6 address is in brackets.
        let address = SocketAddr::new(ip, self.port);
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, address.to_string())
            .header(CONTENT_TYPE, "application/json");
        if let Some(bearer) = bearer {
            request = request.header(AUTHORIZATION, bearer);
        }
        let request = request
            .body(Full::new(body))
            .map_err(|error| error.to_string())?;
        let limit = match path {
            READYZ => READINESS_TIMEOUT,
            _ => TIMEOUT,
        };
        match tokio::time::timeout(limit, exchange(address, request)).await {
            Ok(answer) => answer,
            Err(_) => Err(format!("it does not answer within {} s", limit.as_secs())),
        }
    }
}

async fn exchange(
    address: SocketAddr,
    request: Request<Full<Bytes>>,
) -> Result<(StatusCode, Bytes), String> {
    let stream = TcpStream::connect(address)
        .await
        .map_err(|error| reason(&error))?;
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(MAX_HEAD)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|_| NOT_HTTP.to_owned())?;
    let answer = async {
        let answer = sender
            .send_request(request)
            .await
            .map_err(|_| NOT_HTTP.to_owned())?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), MAX_BODY).collect().await;
        let body = body.map_err(|error| cut_short(error.as_ref()))?;
        Ok((status, body.to_bytes()))
    };
    // Both in this task, so that both end with it.
    tokio::pin!(connection, answer);
    tokio::select! {
        biased;
        answer = &mut answer => answer,
        _ = &mut connection => answer.await,
    }
}

const READYZ: &str = "/readyz";
const NOT_HTTP: &str = "it does not answer in HTTP";

fn cut_short(error: &(dyn std::error::Error + 'static)) -> String {
    if error.is::<http_body_util::LengthLimitError>() {
        return format!("its answer is longer than {MAX_BODY} bytes");
    }
    "its answer breaks off".to_owned()
}

fn reason(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::ConnectionRefused => "it refuses the connection".to_owned(),
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            "it is out of reach".to_owned()
        }
        _ => format!("it cannot be connected to: {}", error.kind()),
    }
}

#[cfg(test)]
#[path = "admin_tests.rs"]
mod tests;
