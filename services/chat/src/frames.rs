//! The frames of the chat socket.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use folkmoot_realtime::Frame;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    model::{Author, Message},
    policy,
};

/// Longest `client_id` in bytes.
const MAX_CLIENT_ID_BYTES: usize = 64;

/// What a client says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ClientFrame {
    Message(Content),
    Typing,
    StopTyping,
    Ping,
}

/// A checked message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) content: String,
    pub(crate) message_type: &'static str,
    pub(crate) file_url: Option<String>,
    pub(crate) client_id: Option<String>,
}

/// Why a frame was refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) message: Cow<'static, str>,
    pub(crate) client_id: Option<String>,
}

#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(borrow)]
    r#type: Cow<'a, str>,
    content: Option<String>,
    message_type: Option<String>,
    file_url: Option<String>,
    client_id: Option<String>,
}

/// Reads a client's frame. Fields that are not known are passed over.
pub(crate) fn parse(text: &str) -> Result<ClientFrame, Refusal> {
    let raw: Raw<'_> = serde_json::from_str(text)
        .map_err(|error| refuse("malformed_frame", error.to_string(), None))?;
    match &*raw.r#type {
        "message" => content(raw).map(ClientFrame::Message),
        "typing" => Ok(ClientFrame::Typing),
        "stop_typing" => Ok(ClientFrame::StopTyping),
        "ping" => Ok(ClientFrame::Ping),
        _ => Err(refuse(
            "unknown_type",
            "type must be message, typing, stop_typing or ping",
            raw.client_id,
        )),
    }
}

/// The sender's own name in a frame that is not read otherwise, so that the sender knows which one was refused.
pub(crate) fn client_id(text: &str) -> Option<String> {
    serde_json::from_str::<Raw<'_>>(text)
        .ok()?
        .client_id
        .filter(|id| id.len() <= MAX_CLIENT_ID_BYTES)
}

fn content(raw: Raw<'_>) -> Result<Content, Refusal> {
    let client_id = raw.client_id.filter(|client_id| !client_id.is_empty());
    if client_id
        .as_ref()
        .is_some_and(|id| id.len() > MAX_CLIENT_ID_BYTES || id.contains(char::is_control))
    {
        return Err(refuse(
            "invalid_client_id",
            "client_id must be at most 64 bytes without control characters",
            None,
        ));
    }
    let wanted = raw.message_type.as_deref().unwrap_or("text");
    let Some(message_type) = policy::MESSAGE_TYPES
        .into_iter()
        .find(|known| *known == wanted)
    else {
        return Err(refuse(
            "invalid_message_type",
            "message_type must be text, file or image",
            client_id,
        ));
    };
    let Some(content) = raw.content else {
        return Err(refuse("invalid_content", "content is missing", client_id));
    };
    if let Err(problem) = policy::check_content(&content) {
        return Err(refuse("invalid_content", problem, client_id));
    }
    if let Some(Err(problem)) = raw.file_url.as_deref().map(policy::check_file_url) {
        return Err(refuse("invalid_file_url", problem, client_id));
    }
    Ok(Content {
        content,
        message_type,
        file_url: raw.file_url,
        client_id,
    })
}

fn refuse(
    code: &'static str,
    message: impl Into<Cow<'static, str>>,
    client_id: Option<String>,
) -> Refusal {
    Refusal {
        code,
        message: message.into(),
        client_id,
    }
}

/// A message, as everybody in the room gets it.
pub(crate) fn message(message: &Message) -> Frame {
    #[derive(Serialize)]
    struct Tagged<'a> {
        r#type: &'static str,
        #[serde(flatten)]
        message: &'a Message,
    }
    json(&Tagged {
        r#type: "message",
        message,
    })
}

/// The sender's proof that a message is stored.
pub(crate) fn ack(client_id: &str, id: Uuid, seq: i64) -> Frame {
    #[derive(Serialize)]
    struct Ack<'a> {
        r#type: &'static str,
        client_id: &'a str,
        id: Uuid,
        seq: i64,
    }
    json(&Ack {
        r#type: "ack",
        client_id,
        id,
        seq,
    })
}

/// A frame was not taken. `temporary` means that the same frame may be taken later.
pub(crate) fn error(code: &str, message: &str, client_id: Option<&str>, temporary: bool) -> Frame {
    #[derive(Serialize)]
    struct Failure<'a> {
        r#type: &'static str,
        code: &'a str,
        message: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        client_id: Option<&'a str>,
        temporary: bool,
    }
    json(&Failure {
        r#type: "error",
        code,
        message,
        client_id,
        temporary,
    })
}

/// The first frame after a join with `since`.
pub(crate) fn joined(room_id: &str, outcome: &folkmoot_realtime::Joined) -> Frame {
    #[derive(Serialize)]
    struct Joined<'a> {
        r#type: &'static str,
        room_id: &'a str,
        seq: u64,
        recovered: bool,
        replayed: usize,
    }
    json(&Joined {
        r#type: "joined",
        room_id,
        seq: outcome.seq,
        recovered: outcome.recovered,
        replayed: outcome.replayed,
    })
}

/// The answer to a ping.
pub(crate) fn pong() -> Frame {
    Frame::text(r#"{"type":"pong"}"#)
}

/// `typing` or `stop_typing`.
pub(crate) fn typing(r#type: &'static str, author: &Author, room_id: &str) -> Frame {
    person(r#type, &author.user_id, &author.username, room_id, None)
}

/// `user_joined` or `user_left`.
pub(crate) fn presence(
    r#type: &'static str,
    user_id: &str,
    username: &str,
    room_id: &str,
    timestamp: DateTime<Utc>,
) -> Frame {
    person(r#type, user_id, username, room_id, Some(timestamp))
}

fn person(
    r#type: &'static str,
    user_id: &str,
    username: &str,
    room_id: &str,
    timestamp: Option<DateTime<Utc>>,
) -> Frame {
    #[derive(Serialize)]
    struct Person<'a> {
        r#type: &'static str,
        user_id: &'a str,
        username: &'a str,
        room_id: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        timestamp: Option<DateTime<Utc>>,
    }
    json(&Person {
        r#type,
        user_id,
        username,
        room_id,
        timestamp,
    })
}

/// None of these structs has a map with keys that are not strings, which is all that could fail.
fn json(value: &impl Serialize) -> Frame {
    Frame::json(value).unwrap_or_else(|_| Frame::text("{}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documents_frames_are_read_with_fields_nobody_knows() {
        let text = r#"{"type":"message","content":"file.png","message_type":"file","file_url":"/api/files/123/download","x":[{}]}"#;
        let Ok(ClientFrame::Message(content)) = parse(text) else {
            panic!("a message")
        };
        assert_eq!(
            (content.message_type, content.file_url.as_deref()),
            ("file", Some("/api/files/123/download"))
        );
        assert_eq!(parse(r#"{"type":"typing"}"#), Ok(ClientFrame::Typing));
        assert_eq!(
            parse(r#"{"type":"stop_typing"}"#),
            Ok(ClientFrame::StopTyping)
        );
    }

    #[test]
    fn hostile_frames_are_refused_with_a_code() {
        let deep = format!(
            r#"{{"type":"message","content":{}1{}}}"#,
            "[".repeat(100_000),
            "]".repeat(100_000)
        );
        for (text, code) in [
            ("", "malformed_frame"),
            ("[]", "malformed_frame"),
            ("{\"type\":1}", "malformed_frame"),
            ("{\"type\":\"message\",\"content\":{}}", "malformed_frame"),
            (deep.as_str(), "malformed_frame"),
            ("{\"type\":\"shutdown\"}", "unknown_type"),
            ("{\"type\":\"message\"}", "invalid_content"),
            (
                "{\"type\":\"message\",\"content\":\"a\\u0000\"}",
                "invalid_content",
            ),
            (
                "{\"type\":\"message\",\"content\":\"a\",\"message_type\":\"html\"}",
                "invalid_message_type",
            ),
            (
                "{\"type\":\"message\",\"content\":\"a\",\"file_url\":\"javascript:1\"}",
                "invalid_file_url",
            ),
            (
                "{\"type\":\"message\",\"content\":\"a\",\"client_id\":\"a\\n\"}",
                "invalid_client_id",
            ),
        ] {
            assert_eq!(
                parse(text).expect_err("a refusal").code,
                code,
                "{}",
                &text[..text.len().min(80)]
            );
        }
    }

    #[test]
    fn an_unknown_field_may_be_deep_without_harm() {
        let text = format!(
            r#"{{"type":"ping","x":{}{}}}"#,
            "[".repeat(100_000),
            "]".repeat(100_000)
        );
        assert!(matches!(
            parse(&text),
            Ok(ClientFrame::Ping)
                | Err(Refusal {
                    code: "malformed_frame",
                    ..
                })
        ));
    }
}
