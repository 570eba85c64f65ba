//! A WebSocket of a member, read with deadlines.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tungstenite::{Error, Message, client::IntoClientRequest};

use crate::wait;

/// A WebSocket whose frames are JSON objects with a `type`.
#[derive(Debug)]
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// Why there is no socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The server answered with another status.
    Status(u16, String),
    /// There was no answer.
    Unreachable(String),
}

impl Refused {
    /// The status of the answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status(status, _) => Some(*status),
            Self::Unreachable(_) => None,
        }
    }
}

/// What a socket gave.
#[derive(Debug, Clone, PartialEq)]
pub enum Received {
    /// A frame.
    Frame(Value),
    /// The end: the close code, or none if the connection broke.
    Closed(Option<u16>),
}

impl Socket {
    /// Opens one. A request with headers of the caller's will do as well as a URL.
    ///
    /// # Errors
    /// If the server refuses it or is gone.
    pub async fn open(request: impl IntoClientRequest + Unpin) -> Result<Self, Refused> {
        match wait::within("the answer to a socket's request", connect_async(request)).await {
            Ok((stream, _)) => Ok(Self { stream }),
            Err(Error::Http(response)) => {
                let body = response.body().clone().unwrap_or_default();
                let body = String::from_utf8_lossy(&body).into_owned();
                Err(Refused::Status(response.status().as_u16(), body))
            }
            Err(error) => Err(Refused::Unreachable(error.to_string())),
        }
    }

    /// Sends a frame.
    ///
    /// # Panics
    /// If the connection is gone.
    pub async fn send(&mut self, frame: &Value) {
        self.try_send(frame).await.expect("an open socket");
    }

    /// Sends a frame, where the server may be gone.
    ///
    /// # Errors
    /// If the connection is gone.
    pub async fn try_send(&mut self, frame: &Value) -> Result<(), Box<Error>> {
        self.send_raw(Message::text(frame.to_string())).await
    }

    /// Sends anything, however wrong.
    ///
    /// # Errors
    /// If the connection is gone.
    pub async fn send_raw(&mut self, message: Message) -> Result<(), Box<Error>> {
        let sent = wait::within("room to send a frame", self.stream.send(message));
        sent.await.map_err(Box::new)
    }

    /// Says `content` in the room.
    pub async fn send_text(&mut self, content: &str) {
        self.send(&json!({"type": "message", "content": content}))
            .await;
    }

    /// The next frame, or the end.
    ///
    /// # Panics
    /// If nothing comes, or a text frame that is no JSON.
    pub async fn receive(&mut self) -> Received {
        wait::within("a frame", self.receive_without_limit()).await
    }

    /// As [`Socket::receive`], waiting for ever.
    ///
    /// # Panics
    /// If a text frame is no JSON.
    pub async fn receive_without_limit(&mut self) -> Received {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => return Received::Frame(parse(&text)),
                Some(Ok(Message::Close(frame))) => {
                    return Received::Closed(frame.map(|frame| frame.code.into()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Received::Closed(None),
            }
        }
    }

    /// The next frame.
    ///
    /// # Panics
    /// If the socket is closed instead, or nothing comes.
    pub async fn next(&mut self) -> Value {
        match self.receive().await {
            Received::Frame(frame) => frame,
            Received::Closed(code) => panic!("closed ({code:?}) instead of a frame"),
        }
    }

    /// The next frame of this type; others before it are passed over.
    ///
    /// # Panics
    /// If none comes.
    pub async fn expect(&mut self, kind: &str) -> Value {
        let mut passed_over = Vec::new();
        loop {
            match self.receive().await {
                Received::Frame(frame) if frame["type"] == kind => return frame,
                Received::Frame(frame) => passed_over.push(frame),
                Received::Closed(code) => {
                    panic!("closed ({code:?}) instead of {kind}, after {passed_over:?}")
                }
            }
        }
    }

    /// The next message of the room.
    pub async fn next_message(&mut self) -> Value {
        self.expect("message").await
    }

    /// All frames that the server has sent before it answers a `ping` sent now: what is not among them
    /// was not sent.
    pub async fn frames_until_now(&mut self) -> Vec<Value> {
        self.send(&json!({"type": "ping"})).await;
        let mut frames = Vec::new();
        loop {
            let frame = self.next().await;
            if frame["type"] == "pong" {
                return frames;
            }
            frames.push(frame);
        }
    }

    /// Waits for the end and gives the close code, or none if the connection broke without one.
    pub async fn close_code(&mut self) -> Option<u16> {
        loop {
            if let Received::Closed(code) = self.receive().await {
                return code;
            }
        }
    }

    /// Leaves in the proper way.
    pub async fn close(mut self) {
        let _ = self.stream.close(None).await;
        let _ = tokio::time::timeout(wait::LIMIT, async {
            while let Some(Ok(_)) = self.stream.next().await {}
        })
        .await;
    }
}

#[track_caller]
fn parse(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(frame) => frame,
        Err(error) => panic!("{error} in the frame {text}"),
    }
}
