//! Whether a text is an address of mail, alone or behind a name, as the definition's pattern has it.

/// Most characters of the whole.
const MAX_LENGTH: usize = 320;

/// `forum@example.org`, or `Our forum <forum@example.org>`.
pub(super) fn is_mailbox(text: &str) -> bool {
    if text.chars().count() > MAX_LENGTH {
        return false;
    }
    match text.split_once(" <") {
        None => is_address(text),
        Some((name, address)) => is_name(name) && address.strip_suffix('>').is_some_and(is_address),
    }
}

/// Words of letters and digits, with one sign between two of them.
fn is_name(name: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.chars().all(char::is_alphanumeric);
    name.split([' ', '\'', '_', '-']).all(word)
}

fn is_address(address: &str) -> bool {
    let Some((local, domain)) = address.split_once('@') else {
        return false;
    };
    let atom = |atom: &str| {
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte);
        !atom.is_empty() && atom.bytes().all(letter)
    };
    let label = |label: &str| {
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(letter)
    };
    local.split('.').all(atom) && domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::is_mailbox;

    #[test]
    fn addresses_with_and_without_a_name() {
        for fine in [
            "forum@example.org",
            "a.b+c_d-e@mail.example.org",
            "forum@localhost",
            "Our forum <forum@example.org>",
            "Große Runde 2 <forum@example.org>",
            "O'Neill-Forum <forum@example.org>",
        ] {
            assert!(is_mailbox(fine), "{fine}");
        }
    }

    #[test]
    fn nothing_that_would_be_another_header_or_another_address() {
        for wrong in [
            "",
            "forum",
            "@example.org",
            "forum@",
            "forum@example..org",
            "forum@-example.org",
            ".forum@example.org",
            "a@b@example.org",
            "forum@example.org\nBcc: all@example.org",
            "forum@example.org\r\n",
            "Our\nforum <forum@example.org>",
            "Our forum <forum@example.org> <x@example.org>",
            "Our forum <forum@example.org",
            "Our forum<forum@example.org>",
            " <forum@example.org>",
            "Our  forum <forum@example.org>",
            "\"Our forum\" <forum@example.org>",
            "a@example.org, b@example.org",
            &format!("{}@example.org", "a".repeat(320)),
        ] {
            assert!(!is_mailbox(wrong), "{wrong:?}");
        }
    }
}
