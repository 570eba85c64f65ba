//! Encoded frames: header and payload in one shared buffer.

use bytes::{BufMut, Bytes, BytesMut};
use serde::Serialize;

/// Longest header of a frame that a server sends (no mask).
const MAX_HEADER: usize = 10;
/// FIN and the text opcode.
const TEXT: u8 = 0x81;
/// A ping without payload.
pub(crate) const PING: Bytes = Bytes::from_static(&[0x89, 0]);

/// One text frame as it goes over the wire. It is encoded once; a clone shares the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame(Bytes);

impl Frame {
    /// Encodes a text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        let mut buffer = BytesMut::with_capacity(text.len() + MAX_HEADER);
        put_header(&mut buffer, TEXT, text.len());
        buffer.put_slice(text.as_bytes());
        Self(buffer.freeze())
    }

    /// Encodes a value as JSON, without a copy of the text.
    ///
    /// # Errors
    /// When the value cannot be written as JSON.
    pub fn json<T: Serialize>(value: &T) -> Result<Self, serde_json::Error> {
        let mut buffer = vec![0; MAX_HEADER];
        buffer.reserve(246);
        serde_json::to_writer(&mut buffer, value)?;
        let mut header = BytesMut::with_capacity(MAX_HEADER);
        put_header(&mut header, TEXT, buffer.len() - MAX_HEADER);
        let start = MAX_HEADER - header.len();
        buffer[start..MAX_HEADER].copy_from_slice(&header);
        Ok(Self(Bytes::from(buffer).slice(start..)))
    }

    /// Takes bytes that another replica encoded. `None` when they are not exactly one text frame.
    #[must_use]
    pub fn from_encoded(bytes: Bytes) -> Option<Self> {
        let header = text_header_len(&bytes)?;
        std::str::from_utf8(&bytes[header..]).ok()?;
        Some(Self(bytes))
    }

    /// The whole frame, header and payload.
    #[must_use]
    pub fn encoded(&self) -> &Bytes {
        &self.0
    }

    /// The text.
    #[must_use]
    pub fn payload(&self) -> &str {
        let header = text_header_len(&self.0).unwrap_or(self.0.len());
        std::str::from_utf8(&self.0[header..]).unwrap_or_default()
    }

    /// Bytes on the wire.
    #[must_use]
    #[expect(
        clippy::len_without_is_empty,
        reason = "a frame has a header, so it is never empty"
    )]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

/// Length of the header if `bytes` are one whole unfragmented, unmasked text frame.
fn text_header_len(bytes: &[u8]) -> Option<usize> {
    let (&[first, second], _) = bytes.split_first_chunk()?;
    let (header, payload) = match second {
        0..=125 => (2, u64::from(second)),
        126 => (
            4,
            u64::from(u16::from_be_bytes(*bytes.get(2..4)?.first_chunk()?)),
        ),
        127 => (10, u64::from_be_bytes(*bytes.get(2..10)?.first_chunk()?)),
        _ => return None,
    };
    let rest = bytes.len().checked_sub(header)? as u64;
    (first == TEXT && rest == payload).then_some(header)
}

fn put_header(buffer: &mut BytesMut, first: u8, len: usize) {
    buffer.put_u8(first);
    match len {
        0..=125 => buffer.put_u8(len as u8),
        126..=0xffff => {
            buffer.put_u8(126);
            buffer.put_u16(len as u16);
        }
        _ => {
            buffer.put_u8(127);
            buffer.put_u64(len as u64);
        }
    }
}

/// A pong that repeats the payload of a ping (at most 125 bytes).
pub(crate) fn pong(payload: &[u8]) -> Bytes {
    control(0x8a, payload)
}

/// A close frame. The reason is cut to the 123 bytes that fit.
pub(crate) fn close(code: u16, reason: &str) -> Bytes {
    let mut payload = Vec::with_capacity(2 + reason.len());
    payload.extend_from_slice(&code.to_be_bytes());
    payload.extend_from_slice(&reason.as_bytes()[..reason.floor_char_boundary(123)]);
    control(0x88, &payload)
}

/// The answer to a close frame that had no code.
pub(crate) fn empty_close() -> Bytes {
    Bytes::from_static(&[0x88, 0])
}

fn control(first: u8, payload: &[u8]) -> Bytes {
    let mut buffer = BytesMut::with_capacity(2 + payload.len());
    put_header(&mut buffer, first, payload.len());
    buffer.put_slice(payload);
    buffer.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_lengths_agree_with_the_payload() {
        for len in [0, 1, 125, 126, 127, 65_535, 65_536, 100_000] {
            let text = "x".repeat(len);
            let frame = Frame::text(&text);
            assert_eq!(frame.payload(), text);
            let json = Frame::json(&text).unwrap();
            assert_eq!(json.payload().len(), len + 2);
            assert_eq!(Frame::from_encoded(frame.encoded().clone()), Some(frame));
        }
    }

    #[test]
    fn foreign_bytes_are_refused() {
        for bad in [
            &b""[..],
            b"\x81",
            b"\x81\x05abc",
            b"\x81\x01abc",
            b"\x82\x01a",
            b"\x01\x01a",
            b"\x81\x81a",
            b"\x81\x7e\x00",
            b"\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff",
            b"\x81\x01\xff",
        ] {
            assert_eq!(
                Frame::from_encoded(Bytes::copy_from_slice(bad)),
                None,
                "{bad:?}"
            );
        }
    }

    #[test]
    fn a_close_reason_is_cut_at_a_character() {
        let frame = close(3008, &"ä".repeat(100));
        assert_eq!(frame[1], 124);
        assert!(std::str::from_utf8(&frame[4..]).is_ok());
    }
}
