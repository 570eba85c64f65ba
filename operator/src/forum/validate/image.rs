//! References of images, as registries and nodes read them.

/// Longest path of a repository with its registry.
const MAX_PATH: usize = 255;
/// Longest tag.
const MAX_TAG: usize = 128;

/// Whether `reference` is `[REGISTRY[:PORT]/]PATH[:TAG][@DIGEST]`.
///
/// # Errors
/// What is wrong with it.
pub(super) fn check(reference: &str) -> Result<(), &'static str> {
    let (rest, digest) = reference
        .split_once('@')
        .map_or((reference, None), |(rest, digest)| (rest, Some(digest)));
    if !digest.is_none_or(is_digest) {
        return Err("what follows @ must be a digest, as in sha256:…");
    }
    // A colon before the last slash is that of the registry's port.
    let name_begins = rest.rfind('/').map_or(0, |slash| slash + 1);
    let tag = rest[name_begins..]
        .find(':')
        .map(|colon| name_begins + colon);
    let (path, tag) = tag.map_or((rest, None), |colon| {
        (&rest[..colon], Some(&rest[colon + 1..]))
    });
    if !tag.is_none_or(is_tag) {
        return Err("the tag may hold letters, digits, _, . and -, at most 128 of them");
    }
    if path.len() > MAX_PATH {
        return Err("the name is longer than 255 characters");
    }
    let (registry, path) = registry(path);
    if !registry.is_none_or(is_registry) {
        return Err("what precedes the first slash is no name of a registry");
    }
    if !path.split('/').all(is_step) {
        return Err(
            "the name may hold lower-case letters, digits and, between them, . _ __ - and slashes",
        );
    }
    Ok(())
}

/// The first step is a registry if it could be a host.
fn registry(path: &str) -> (Option<&str>, &str) {
    match path.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':', '[']) || first == "localhost" => {
            (Some(first), rest)
        }
        _ => (None, path),
    }
}

fn is_registry(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        // Of an address of IPv6, the last colon is the port's only after the bracket.
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let address = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let is_host = match address {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => host.split('.').all(is_label),
    };
    is_host && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

fn is_label(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Words of small letters and digits, joined by `.`, `_`, `__` or any number of `-`.
fn is_step(text: &str) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
        return false;
    };
    let mut separators = bytes
        .split(is_word)
        .filter(|separator| !separator.is_empty());
    let is_separator = |separator: &[u8]| {
        matches!(separator, b"." | b"_" | b"__") || separator.iter().all(|byte| *byte == b'-')
    };
    is_word(first) && is_word(last) && separators.all(is_separator)
}

fn is_tag(text: &str) -> bool {
    let follows = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    let begins = text
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    begins && text.len() <= MAX_TAG && text.bytes().all(follows)
}

fn is_digest(text: &str) -> bool {
    let Some((algorithm, hex)) = text.split_once(':') else {
        return false;
    };
    let length = match algorithm {
        "sha256" => 64,
        "sha512" => 128,
        _ => return false,
    };
    hex.len() == length
        && hex
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_what_registries_take() {
        let digest = "sha256:".to_owned() + &"0f".repeat(32);
        for good in [
            "nginx",
            "nginx:1.28",
            "docker.io/library/postgres:17",
            "ghcr.io/folkmoot/folkmoot-services:0.1.0",
            "localhost/folkmoot",
            "localhost:5000/a/b__c/d-e---f:V1_2.3-x",
            "registry:5000/folkmoot",
            "[fd00::1]:5000/folkmoot:1",
            "10.0.0.1:5000/folkmoot",
            "Registry.Example.org/folkmoot",
            &format!("ghcr.io/folkmoot/folkmoot-services@{digest}"),
            &format!("ghcr.io/folkmoot/folkmoot-services:1@{digest}"),
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            " nginx",
            "nginx ",
            "Nginx",
            "nginx:",
            "nginx:a b",
            "nginx:-a",
            "nginx@",
            "nginx@sha256:abc",
            "nginx@md5:d41d8cd98f00b204e9800998ecf8427e",
            "https://ghcr.io/folkmoot",
            "ghcr.io/folkmoot/",
            "ghcr.io//folkmoot",
            "/folkmoot",
            "a___b",
            "a..b",
            "-a",
            "a-",
            "registry:port/folkmoot",
            "registry:99999/folkmoot",
            "[fd00::g]:5000/folkmoot",
            "nginx\n",
            "nginx;rm",
            "näh",
            &"a".repeat(256),
            &format!("nginx:{}", "a".repeat(129)),
        ] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
    }
}
