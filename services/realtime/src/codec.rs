//! Decodes what a client sends (RFC 6455 §5): parsing, unmasking, fragments, UTF-8, close rules, limits.
//!
//! The decoder works in place on a buffer that it is lent, so that a socket owns memory only while a
//! frame or a fragmented message is incomplete. tungstenite, which keeps a read buffer for each socket
//! and a reference to it after every message, is the oracle of its tests.

use crate::close;

/// What one frame meant.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Event<'a> {
    /// A whole text message.
    Text(&'a str),
    /// A part of a message that is not complete.
    Fragment,
    /// To be answered with a pong of the same payload.
    Ping(&'a [u8]),
    /// A sign of life.
    Pong,
    /// The peer closes, with this code if it gave one.
    Close(Option<u16>),
}

/// Why the connection must be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) code: u16,
    pub(crate) reason: &'static str,
}

const fn violation(code: u16, reason: &'static str) -> Violation {
    Violation { code, reason }
}

struct Header {
    fin: bool,
    opcode: u8,
    mask: [u8; 4],
    payload: usize,
    size: usize,
}

/// The state between frames: only that of a fragmented message.
#[derive(Debug)]
pub(crate) struct Decoder {
    message: Vec<u8>,
    fragmented: bool,
    max_message: usize,
}

impl Decoder {
    pub(crate) fn new(max_message: usize) -> Self {
        Self {
            message: Vec::new(),
            fragmented: false,
            max_message,
        }
    }

    /// Gives back the memory of the last fragmented message.
    pub(crate) fn release(&mut self) {
        if !self.fragmented {
            self.message = Vec::new();
        }
    }

    /// Decodes the first frame of `input`, unmasking it in place. Returns how many bytes it was, and what;
    /// `None` when it is not complete (all of it must be given again).
    pub(crate) fn decode<'a>(
        &'a mut self,
        input: &'a mut [u8],
    ) -> Result<Option<(usize, Event<'a>)>, Violation> {
        let Some(header) = parse(input)? else {
            return Ok(None);
        };
        self.check(&header)?;
        let end = header.size + header.payload;
        if input.len() < end {
            return Ok(None);
        }
        let payload = &mut input[header.size..end];
        unmask(payload, header.mask);
        let event = match header.opcode {
            0x8 => Event::Close(close_code(payload)?),
            0x9 => Event::Ping(payload),
            0xa => Event::Pong,
            _ => self.data(&header, payload)?,
        };
        Ok(Some((end, event)))
    }

    /// What can be refused before the payload is there.
    fn check(&mut self, header: &Header) -> Result<(), Violation> {
        self.release();
        match header.opcode {
            0x8..=0xa if !header.fin || header.payload > 125 => Err(violation(
                close::PROTOCOL,
                "control frame too long or fragmented",
            )),
            0x8..=0xa => Ok(()),
            0x0 if !self.fragmented => {
                Err(violation(close::PROTOCOL, "continuation without a start"))
            }
            0x1 | 0x2 if self.fragmented => Err(violation(close::PROTOCOL, "message not ended")),
            0x0 | 0x1 if header.payload.saturating_add(self.message.len()) > self.max_message => {
                Err(violation(close::TOO_BIG, "message too big"))
            }
            0x0 | 0x1 => Ok(()),
            0x2 => Err(violation(close::UNSUPPORTED, "only text is accepted")),
            _ => Err(violation(close::PROTOCOL, "unknown opcode")),
        }
    }

    fn data<'a>(&'a mut self, header: &Header, payload: &'a [u8]) -> Result<Event<'a>, Violation> {
        if header.fin && !self.fragmented {
            return text(payload);
        }
        self.message.extend_from_slice(payload);
        self.fragmented = !header.fin;
        if self.fragmented {
            Ok(Event::Fragment)
        } else {
            text(&self.message)
        }
    }
}

fn text(bytes: &[u8]) -> Result<Event<'_>, Violation> {
    let invalid = violation(close::INVALID_TEXT, "text is not UTF-8");
    std::str::from_utf8(bytes)
        .map(Event::Text)
        .map_err(|_| invalid)
}

fn parse(input: &[u8]) -> Result<Option<Header>, Violation> {
    let &[first, second, ..] = input else {
        return Ok(None);
    };
    if first & 0x70 != 0 {
        return Err(violation(close::PROTOCOL, "reserved bits are set"));
    }
    if second & 0x80 == 0 {
        return Err(violation(close::PROTOCOL, "frame is not masked"));
    }
    let (payload, after) = match second & 0x7f {
        126 => match input.get(2..4).and_then(|b| b.first_chunk()) {
            Some(bytes) => (u64::from(u16::from_be_bytes(*bytes)), 4),
            None => return Ok(None),
        },
        127 => match input.get(2..10).and_then(|b| b.first_chunk()) {
            Some(bytes) => (u64::from_be_bytes(*bytes), 10),
            None => return Ok(None),
        },
        short => (u64::from(short), 2),
    };
    let Some(mask) = input.get(after..after + 4).and_then(|b| b.first_chunk()) else {
        return Ok(None);
    };
    let payload = usize::try_from(payload)
        .unwrap_or(usize::MAX / 2)
        .min(usize::MAX / 2);
    let (fin, opcode) = (first & 0x80 != 0, first & 0x0f);
    Ok(Some(Header {
        fin,
        opcode,
        mask: *mask,
        payload,
        size: after + 4,
    }))
}

/// Eight bytes at a time, which the compiler turns into vector instructions.
fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    let [a, b, c, d] = mask;
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let (chunks, rest) = payload.as_chunks_mut::<8>();
    for chunk in chunks {
        *chunk = (u64::from_ne_bytes(*chunk) ^ wide).to_ne_bytes();
    }
    for (byte, key) in rest.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= key;
    }
}

fn close_code(payload: &[u8]) -> Result<Option<u16>, Violation> {
    let Some((code, reason)) = payload.split_first_chunk::<2>() else {
        return match payload {
            [] => Ok(None),
            _ => Err(violation(close::PROTOCOL, "close frame of one byte")),
        };
    };
    if std::str::from_utf8(reason).is_err() {
        return Err(violation(close::INVALID_TEXT, "close reason is not UTF-8"));
    }
    match u16::from_be_bytes(*code) {
        code @ (1000..=1003 | 1007..=1013 | 3000..=4999) => Ok(Some(code)),
        _ => Err(violation(close::PROTOCOL, "close code is not allowed")),
    }
}

#[cfg(test)]
#[path = "codec_tests.rs"]
mod tests;
