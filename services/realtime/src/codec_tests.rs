//! The decoder against tungstenite, on random and on chosen streams.

use std::io::{self, Read, Write};

use tungstenite::{
    Message,
    error::{CapacityError, Error, ProtocolError},
    protocol::{Role, WebSocketConfig, WebSocketContext},
};

use super::*;

const MAX: usize = 1000;

/// What a stream of bytes meant, up to the first error.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Text(String),
    Ping(Vec<u8>),
    Pong,
    Close(Option<u16>),
    Failed(u16),
}

fn ours(stream: &[u8], pieces: &mut Random) -> Vec<Seen> {
    let mut decoder = Decoder::new(MAX);
    let (mut seen, mut held) = (Vec::new(), Vec::new());
    let mut rest = stream;
    while !rest.is_empty() {
        let (piece, tail) = rest.split_at(1 + pieces.below(rest.len()));
        rest = tail;
        held.extend_from_slice(piece);
        while let Some(n) = match decoder.decode(&mut held) {
            Ok(None) => None,
            Ok(Some((n, event))) => {
                match event {
                    Event::Text(text) => seen.push(Seen::Text(text.to_owned())),
                    Event::Ping(payload) => seen.push(Seen::Ping(payload.to_vec())),
                    Event::Pong => seen.push(Seen::Pong),
                    Event::Fragment => {}
                    Event::Close(code) => {
                        seen.push(Seen::Close(code));
                        return seen;
                    }
                }
                Some(n)
            }
            Err(violation) => {
                seen.push(Seen::Failed(violation.code));
                return seen;
            }
        } {
            held.drain(..n);
        }
    }
    seen
}

struct Wire<'a>(&'a [u8]);

impl Read for Wire<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() {
            Err(io::ErrorKind::WouldBlock.into())
        } else {
            self.0.read(buffer)
        }
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        Ok(buffer.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn oracle(stream: &[u8]) -> Vec<Seen> {
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX))
        .max_frame_size(Some(MAX));
    let mut context = WebSocketContext::new(Role::Server, Some(config));
    let mut wire = Wire(stream);
    let mut seen = Vec::new();
    loop {
        match context.read(&mut wire) {
            Ok(Message::Text(text)) => seen.push(Seen::Text(text.as_str().to_owned())),
            Ok(Message::Ping(payload)) => seen.push(Seen::Ping(payload.to_vec())),
            Ok(Message::Pong(_)) => seen.push(Seen::Pong),
            Ok(Message::Close(frame)) => {
                let reason = frame.as_ref().map(|f| f.reason.as_str());
                seen.push(match frame.as_ref().map(|f| u16::from(f.code)) {
                    Some(1002) if reason == Some("Protocol violation") => Seen::Failed(1002),
                    code => Seen::Close(code),
                });
                return seen;
            }
            Ok(_) => {
                seen.push(Seen::Failed(1003));
                return seen;
            }
            Err(Error::Io(_)) => return seen,
            Err(Error::Capacity(CapacityError::MessageTooLong { .. })) => {
                seen.push(Seen::Failed(1009));
                return seen;
            }
            Err(Error::Utf8(_)) => {
                seen.push(Seen::Failed(1007));
                return seen;
            }
            Err(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => return seen,
            Err(_) => {
                seen.push(Seen::Failed(1002));
                return seen;
            }
        }
    }
}

/// xorshift64*
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() >> 33) as usize % n
    }
    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

fn encode(first: u8, mask: Option<[u8; 4]>, payload: &[u8]) -> Vec<u8> {
    let bit = if mask.is_some() { 0x80 } else { 0 };
    let mut out = vec![first];
    match payload.len() {
        n @ 0..=125 => out.push(bit | n as u8),
        n => {
            out.push(bit | 126);
            out.extend_from_slice(&(n as u16).to_be_bytes());
        }
    }
    out.extend_from_slice(mask.as_ref().map_or(&[][..], |m| m));
    let mask = mask.unwrap_or_default();
    out.extend(
        payload
            .iter()
            .zip(mask.iter().cycle())
            .map(|(byte, key)| byte ^ key),
    );
    out
}

fn random_frame(random: &mut Random) -> Vec<u8> {
    let opcode = [1, 1, 1, 0, 0, 8, 9, 10][random.below(8)];
    let len = [0, 1, 2, 7, 8, 9, 125, 126, 400, 1001][random.below(10)];
    let text = "aä€𝄞z".repeat(len);
    let mut payload = text.as_bytes()[..len].to_vec();
    if opcode == 8 && len >= 2 {
        let code = [
            1000_u16, 1001, 1005, 1006, 999, 1004, 1015, 3001, 4999, 5000,
        ][random.below(10)];
        payload[..2].copy_from_slice(&code.to_be_bytes());
    }
    let fin = if random.one_in(3) { 0 } else { 0x80 };
    let rsv = if random.one_in(60) { 0x40 } else { 0 };
    let mask = (!random.one_in(60)).then(|| (random.next() as u32).to_be_bytes());
    encode(fin | rsv | opcode, mask, &payload)
}

#[test]
fn agrees_with_tungstenite_on_random_streams() {
    let mut random = Random(0x5eed_0003);
    let mut kinds = std::collections::BTreeMap::new();
    for round in 0..30_000 {
        let mut stream = Vec::new();
        for _ in 0..1 + random.below(6) {
            stream.extend(random_frame(&mut random));
        }
        if random.one_in(4) {
            let place = random.below(stream.len());
            stream[place] ^= 1 << random.below(8);
        }
        let expected = oracle(&stream);
        let got = ours(&stream, &mut random);
        if !same(&expected, &got) {
            panic!("round {round}: {expected:?} != {got:?} for {stream:?}");
        }
        if let Some(Seen::Failed(code)) = got.last() {
            *kinds.entry(*code).or_insert(0) += 1;
        }
    }
    for code in [1002, 1003, 1007, 1009] {
        assert!(
            kinds.contains_key(&code),
            "{code} was never provoked: {kinds:?}"
        );
    }
}

/// Equal, but for when a violation is seen: a frame is refused here at its header, not after its payload;
/// a binary message at its first frame; bad UTF-8 in a fragment at the end of its message.
fn same(expected: &[Seen], got: &[Seen]) -> bool {
    let common = expected.iter().zip(got).take_while(|(a, b)| a == b).count();
    match (expected.get(common), got.get(common)) {
        (None, None) => true,
        (None | Some(Seen::Failed(_)), Some(Seen::Failed(_))) => true,
        (_, Some(Seen::Failed(1003))) => true,
        (Some(Seen::Failed(1007)), None | Some(Seen::Ping(_) | Seen::Pong | Seen::Close(_))) => {
            !got[common..]
                .iter()
                .any(|seen| matches!(seen, Seen::Text(_)))
        }
        _ => false,
    }
}

#[test]
fn an_idle_decoder_holds_no_memory() {
    let mut decoder = Decoder::new(MAX);
    let first = &mut encode(0x01, Some([1; 4]), &[b'x'; 500]);
    let last = &mut encode(0x80, Some([1; 4]), &[b'x'; 500]);
    assert!(matches!(
        decoder.decode(first),
        Ok(Some((508, Event::Fragment)))
    ));
    decoder.release();
    assert!(decoder.message.capacity() >= 500);
    assert!(
        matches!(decoder.decode(last), Ok(Some((508, Event::Text(text)))) if text.len() == 1000)
    );
    decoder.release();
    assert_eq!(decoder.message.capacity(), 0);
}
