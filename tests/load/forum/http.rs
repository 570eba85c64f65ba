//! HTTP/1.1 over connections that stay open: little enough that the generator hardly shows in what it measures.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// One request, without the headers that are the same for all.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) token: String,
    /// JSON.
    pub(crate) body: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// A connection, made again when it broke.
pub(crate) struct Connection {
    address: SocketAddr,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) fn to(address: SocketAddr) -> Self {
        Self {
            address,
            stream: None,
            buffer: Vec::with_capacity(64 * 1024),
        }
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn send(&mut self, request: &Request) -> Result<Answer> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect(self.address).await?;
                stream.set_nodelay(true)?;
                stream
            }
        };
        stream.write_all(&encode(request)).await?;
        let (answer, reusable) = self.receive(&mut stream).await?;
        self.stream = reusable.then_some(stream);
        Ok(answer)
    }

    async fn receive(&mut self, stream: &mut TcpStream) -> Result<(Answer, bool)> {
        self.buffer.clear();
        let head = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
            if stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the connection was closed");
            }
        };
        let headers = std::str::from_utf8(&self.buffer[..head])?.to_ascii_lowercase();
        let status = headers.get(9..12).context("no status")?.parse()?;
        let reusable = !headers.contains("\r\nconnection: close");
        let length = headers
            .split("\r\n")
            .find_map(|line| line.strip_prefix("content-length:"));
        let body = match length {
            Some(length) => {
                let length: usize = length.trim().parse()?;
                while self.buffer.len() < head + length {
                    if stream.read_buf(&mut self.buffer).await? == 0 {
                        bail!("the answer ended early");
                    }
                }
                self.buffer[head..head + length].to_vec()
            }
            None if headers.contains("transfer-encoding: chunked") => {
                self.chunks(stream, head).await?
            }
            None => Vec::new(),
        };
        Ok((Answer { status, body }, reusable))
    }

    async fn chunks(&mut self, stream: &mut TcpStream, mut at: usize) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = loop {
                if let Some(end) = find(&self.buffer[at..], b"\r\n") {
                    break at + end;
                }
                self.more(stream).await?;
            };
            let size = std::str::from_utf8(&self.buffer[at..line])?;
            let size =
                usize::from_str_radix(size.split(';').next().unwrap_or_default().trim(), 16)?;
            let (start, end) = (line + 2, line + 2 + size);
            while self.buffer.len() < end + 2 {
                self.more(stream).await?;
            }
            body.extend_from_slice(&self.buffer[start..end]);
            at = end + 2;
            if size == 0 {
                return Ok(body);
            }
        }
    }

    async fn more(&mut self, stream: &mut TcpStream) -> Result<()> {
        if stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the answer ended early");
        }
        Ok(())
    }
}

fn encode(request: &Request) -> Vec<u8> {
    let Request {
        method,
        path,
        token,
        body,
    } = request;
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n");
    if !token.is_empty() {
        text.push_str(&format!("authorization: Bearer {token}\r\n"));
    }
    match body {
        Some(body) => text.push_str(&format!(
            "content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )),
        None => text.push_str("\r\n"),
    }
    text.into_bytes()
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}
