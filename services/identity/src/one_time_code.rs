//! One-time codes, as they are in mails: 130 random bits, for people to copy, stored as hashes.

use anyhow::anyhow;
use sha2::{Digest as _, Sha256};

/// Crockford's base 32: no letter that looks like a digit.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 5 bits each.
const CHARS: usize = 26;
/// What people see between dashes.
const GROUP: usize = 5;

/// A code. It does not show itself.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct OneTimeCode([u8; CHARS]);

impl std::fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl OneTimeCode {
    /// A new one.
    ///
    /// # Errors
    /// If there is no randomness.
    pub(crate) fn random() -> anyhow::Result<Self> {
        let mut bytes = [0; CHARS];
        getrandom::fill(&mut bytes).map_err(|error| anyhow!("no randomness: {error}"))?;
        // 256 is a multiple of 32: every letter is as likely as every other.
        Ok(Self(bytes.map(|byte| ALPHABET[usize::from(byte % 32)])))
    }

    /// Reads what somebody typed: in any case, with or without dashes and blanks, `O` for 0, `I` and `L` for 1.
    #[must_use]
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let letters = text.bytes().take(4 * CHARS);
        let mut letters = letters.filter(|byte| !b"- \t\r\n".contains(byte));
        let mut code = [0; CHARS];
        for place in &mut code {
            *place = letter(letters.next()?)?;
        }
        letters.next().is_none().then_some(Self(code))
    }

    /// What is in the mail.
    #[must_use]
    pub(crate) fn encode(&self) -> String {
        let groups: Vec<String> = self
            .0
            .chunks(GROUP)
            .map(|group| group.iter().copied().map(char::from).collect())
            .collect();
        groups.join("-")
    }

    /// What is stored. A fast hash is enough for 130 random bits.
    #[must_use]
    pub(crate) fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0).to_vec()
    }
}

fn letter(byte: u8) -> Option<u8> {
    let byte = match byte.to_ascii_uppercase() {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        byte => byte,
    };
    ALPHABET.contains(&byte).then_some(byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it_and_nothing_else_is() {
        let code = OneTimeCode::random().unwrap();
        let text = code.encode();
        assert_eq!(text.len(), 26 + 5);
        let typed = [
            text.clone(),
            text.to_lowercase(),
            text.replace('-', " "),
            format!(" {} \n", text.replace('-', "")),
            text.replace('0', "o").replace('1', "l"),
        ];
        for typed in typed {
            assert_eq!(OneTimeCode::parse(&typed), Some(code.clone()), "{typed}");
        }
        for bad in [
            "",
            "1",
            &text[1..],
            &format!("{text}0"),
            &"U".repeat(26),
            &"é".repeat(13),
            &"0".repeat(1_000_000),
            &" ".repeat(1_000_000),
            "' or 1=1 --",
        ] {
            assert_eq!(OneTimeCode::parse(bad), None);
        }
        assert_eq!(format!("{code:?}"), "[redacted]");
    }

    #[test]
    fn two_codes_have_nothing_in_common() {
        let (one, two) = (
            OneTimeCode::random().unwrap(),
            OneTimeCode::random().unwrap(),
        );
        assert_ne!(one, two);
        assert_ne!(one.hash(), two.hash());
        let same = one.0.iter().zip(two.0).filter(|(one, two)| **one == *two);
        assert!(same.count() < 15);
    }
}
