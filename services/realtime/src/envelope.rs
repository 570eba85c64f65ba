//! What replicas send each other: raw records, so that the receiver never parses JSON.
//!
//! `origin: u64` and then records of `kind: u8, argument: u64, length: u32, frame`.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use crate::{connection::ConnectionId, frame::Frame, topic::Kind};

const ORIGIN: usize = 8;
const RECORD_HEADER: usize = 1 + 8 + 4;

/// The start of an envelope of the replica `origin`.
pub(crate) fn start(origin: u64) -> BytesMut {
    let mut buffer = BytesMut::with_capacity(256);
    buffer.put_u64(origin);
    buffer
}

/// Whether nothing was appended.
pub(crate) fn is_empty(buffer: &BytesMut) -> bool {
    buffer.len() <= ORIGIN
}

/// Appends one record.
pub(crate) fn append(buffer: &mut BytesMut, kind: Kind, frame: &Frame) {
    let (number, argument) = match kind {
        Kind::Ordered(seq) => (1, seq),
        Kind::Message(except) => (2, except.map_or(0, |id| id.0)),
        Kind::Ephemeral(except) => (3, except.map_or(0, |id| id.0)),
    };
    buffer.reserve(RECORD_HEADER + frame.len());
    buffer.put_u8(number);
    buffer.put_u64(argument);
    buffer.put_u32(frame.len() as u32);
    buffer.put_slice(frame.encoded());
}

/// Takes the origin off.
pub(crate) fn origin(envelope: &mut Bytes) -> Option<u64> {
    (envelope.len() >= ORIGIN).then(|| envelope.get_u64())
}

/// Takes the next record off; `None` at the end and when the rest makes no sense.
pub(crate) fn next(envelope: &mut Bytes) -> Option<(Kind, Frame)> {
    if envelope.len() < RECORD_HEADER {
        return None;
    }
    let (number, argument, len) = (envelope.get_u8(), envelope.get_u64(), envelope.get_u32());
    let len = usize::try_from(len)
        .ok()
        .filter(|len| *len <= envelope.len())?;
    let frame = Frame::from_encoded(envelope.split_to(len))?;
    let except = (argument != 0).then_some(ConnectionId(argument));
    let kind = match number {
        1 => Kind::Ordered(argument),
        2 => Kind::Message(except),
        3 => Kind::Ephemeral(except),
        _ => return None,
    };
    Some((kind, frame))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_and_nonsense_ends() {
        let kinds = [
            Kind::Ordered(u64::MAX),
            Kind::Message(None),
            Kind::Ephemeral(Some(ConnectionId(7))),
        ];
        let mut buffer = start(5);
        for kind in kinds {
            append(&mut buffer, kind, &Frame::text("hello"));
        }
        let whole = buffer.freeze();
        for cut in 0..=whole.len() {
            let mut envelope = whole.slice(..cut);
            let origin = origin(&mut envelope);
            assert_eq!(origin.is_some(), cut >= 8);
            let mut seen = Vec::new();
            while let Some((kind, frame)) = next(&mut envelope) {
                assert_eq!(frame.payload(), "hello");
                seen.push(kind);
            }
            assert_eq!(seen, kinds[..cut.saturating_sub(8) / 20]);
        }
        assert!(next(&mut Bytes::from_static(&[9; 40])).is_none());
    }
}
