//! The time stamp that every message of the load carries in its content.
//!
//! The content is [`MARKER`], 16 hexadecimal digits, a minus sign and padding. A receiver finds the
//! marker in the bytes of the frame, whatever protocol and JSON surround it, and parses nothing else.

use memchr::memmem;

/// What stands before the digits. No server writes it by itself.
pub const MARKER: &[u8; 9] = b"bench-at-";
const DIGITS: usize = 16;

/// The content of a message: `length` bytes that carry `at`, in nanoseconds of the generator's clock.
#[must_use]
pub fn content(at: u64, length: usize) -> String {
    let mut text = format!("bench-at-{at:016x}-");
    while text.len() < length {
        text.push(char::from(
            b'a' + u8::try_from(text.len() % 26).unwrap_or(0),
        ));
    }
    text
}

/// Finds stamps. It first looks where the last one was, because the frames of a server are alike.
#[derive(Debug)]
pub struct Finder {
    finder: memmem::Finder<'static>,
    hint: usize,
}

impl Default for Finder {
    fn default() -> Self {
        Self {
            finder: memmem::Finder::new(MARKER),
            hint: 0,
        }
    }
}

impl Finder {
    /// The stamp in a payload, or nothing if it is not a message of this load.
    #[inline]
    pub fn find(&mut self, payload: &[u8]) -> Option<u64> {
        if let Some(found) = digits_at(payload, self.hint) {
            return Some(found);
        }
        let at = self.finder.find(payload)?;
        self.hint = at;
        digits_at(payload, at)
    }
}

#[inline]
fn digits_at(payload: &[u8], at: usize) -> Option<u64> {
    let stamped = payload.get(at..at + MARKER.len() + DIGITS)?;
    let digits = stamped.strip_prefix(MARKER)?;
    let (high, low) = digits.split_at(DIGITS / 2);
    Some(hex(high)? << 32 | hex(low)?)
}

/// Eight lower-case hexadecimal digits at once.
#[inline]
fn hex(digits: &[u8]) -> Option<u64> {
    let word = u64::from_be_bytes(digits.try_into().ok()?);
    let letters = (word >> 6) & 0x0101_0101_0101_0101;
    let nibbles = (word & 0x0f0f_0f0f_0f0f_0f0f) + letters * 9;
    let bytes = (nibbles | nibbles >> 4) & 0x00ff_00ff_00ff_00ff;
    let pairs = (bytes | bytes >> 8) & 0x0000_ffff_0000_ffff;
    Some((pairs | pairs >> 16) & 0xffff_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_found_wherever_it_stands() {
        let mut finder = Finder::default();
        for (index, at) in [0, 1, 0x0123_4567_89ab_cdef, u64::MAX, 1 << 40]
            .into_iter()
            .enumerate()
        {
            let text = format!(
                "{}{{\"content\":\"{}\"}}",
                " ".repeat(index * 7),
                content(at, 128)
            );
            assert_eq!(finder.find(text.as_bytes()), Some(at));
        }
        assert_eq!(content(7, 128).len(), 128);
    }

    #[test]
    fn other_frames_have_none() {
        let mut finder = Finder::default();
        for other in [
            "",
            "{}",
            "bench-at-",
            "bench-at-0123",
            "{\"type\":\"user_joined\",\"user_id\":\"a\"}",
        ] {
            assert_eq!(finder.find(other.as_bytes()), None, "{other}");
        }
    }
}
