//! WebSocket frames (RFC 6455 §5.2), as much as a client and the floor server need.

/// Opcode of a text frame.
pub const TEXT: u8 = 0x1;
/// Opcode of a close frame.
pub const CLOSE: u8 = 0x8;
/// Opcode of a ping.
pub const PING: u8 = 0x9;
/// Opcode of a pong.
pub const PONG: u8 = 0xa;

const FIN: u8 = 0x80;
const MASKED: u8 = 0x80;
/// A fixed masking key: it is not zero, so that the server does unmask.
const KEY: [u8; 4] = [0x5a, 0xc3, 0x17, 0x9e];

/// Where one whole frame lies at the front of a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The four low bits of the first byte.
    pub opcode: u8,
    /// The masking key, present in frames from a client.
    pub key: Option<[u8; 4]>,
    /// First byte of the payload.
    pub start: usize,
    /// One past the last byte of the payload, and of the frame.
    pub end: usize,
}

/// The frame at the front of `bytes`, or nothing while it is not whole.
#[must_use]
#[inline]
pub fn parse(bytes: &[u8]) -> Option<Frame> {
    let (&first, &second) = (bytes.first()?, bytes.get(1)?);
    let (length, mut start) = match second & !MASKED {
        126 => (usize::from(u16::from_be_bytes(read(bytes, 2)?)), 4),
        127 => (
            usize::try_from(u64::from_be_bytes(read(bytes, 2)?)).ok()?,
            10,
        ),
        short => (usize::from(short), 2),
    };
    let key = if second & MASKED == 0 {
        None
    } else {
        start += 4;
        Some(read(bytes, start - 4)?)
    };
    let end = start.checked_add(length)?;
    (end <= bytes.len()).then_some(Frame {
        opcode: first & 0x0f,
        key,
        start,
        end,
    })
}

fn read<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at + N)?.try_into().ok()
}

/// Appends a frame as a client sends it, masked.
pub fn push_masked(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    push_header(out, opcode, payload.len(), MASKED);
    out.extend_from_slice(&KEY);
    let start = out.len();
    out.extend_from_slice(payload);
    apply_mask(&mut out[start..], KEY);
}

/// Appends a frame as a server sends it.
pub fn push_plain(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    push_header(out, opcode, payload.len(), 0);
    out.extend_from_slice(payload);
}

/// Masks or unmasks a payload in place.
pub fn apply_mask(payload: &mut [u8], key: [u8; 4]) {
    for (byte, key) in payload.iter_mut().zip(key.iter().cycle()) {
        *byte ^= key;
    }
}

fn push_header(out: &mut Vec<u8>, opcode: u8, length: usize, masked: u8) {
    out.push(FIN | opcode);
    if let Ok(short) = u8::try_from(length)
        && short < 126
    {
        out.push(masked | short);
    } else if let Ok(medium) = u16::try_from(length) {
        out.push(masked | 126);
        out.extend_from_slice(&medium.to_be_bytes());
    } else {
        out.push(masked | 127);
        out.extend_from_slice(&(length as u64).to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_of_every_length_class_is_read_back() {
        for length in [0, 1, 125, 126, 65_535, 65_536, 70_000] {
            let payload = vec![b'x'; length];
            let mut bytes = Vec::new();
            push_masked(&mut bytes, TEXT, &payload);
            let whole = bytes.len();
            push_plain(&mut bytes, PONG, b"next");
            let frame = parse(&bytes).expect("whole");
            assert_eq!((frame.opcode, frame.end), (TEXT, whole));
            apply_mask(
                &mut bytes[frame.start..frame.end],
                frame.key.expect("masked"),
            );
            assert_eq!(bytes[frame.start..frame.end], payload);
            let next = parse(&bytes[whole..]).expect("whole");
            assert_eq!(
                (next.opcode, next.key, next.end - next.start),
                (PONG, None, 4)
            );
        }
    }

    #[test]
    fn a_frame_cut_anywhere_is_not_whole() {
        let mut bytes = Vec::new();
        push_masked(&mut bytes, TEXT, &[b'x'; 300]);
        for cut in 0..bytes.len() {
            assert_eq!(parse(&bytes[..cut]), None, "cut at {cut}");
        }
    }

    #[test]
    fn an_absurd_length_is_never_whole() {
        let mut bytes = vec![FIN | TEXT, 127];
        bytes.extend_from_slice(&u64::MAX.to_be_bytes());
        assert_eq!(parse(&bytes), None);
    }
}
