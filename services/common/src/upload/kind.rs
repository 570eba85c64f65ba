//! What a file is, by its first bytes. Neither its name nor what its uploader called it counts.

use super::Disposition;

/// How much of a file is looked at, in bytes.
pub const SAMPLE_BYTES: usize = 8 << 10;

/// What cannot run in a page, and is worth seeing there.
const SHOWN: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];
/// What is called by its name, and saved.
const NAMED: [&str; 12] = [
    "image/avif",
    "image/bmp",
    "image/heif",
    "video/mp4",
    "video/webm",
    "video/quicktime",
    "audio/mpeg",
    "audio/ogg",
    "audio/m4a",
    "audio/x-wav",
    "application/pdf",
    "application/zip",
];
const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";

/// The content type of a file that begins with `sample`. `whole` says that the sample is the file.
///
/// HTML, SVG, XML and scripts are texts like any other here: nothing that a browser would run has a name.
#[must_use]
pub fn content_type(sample: &[u8], whole: bool) -> &'static str {
    let found = infer::get(sample).map(|kind| kind.mime_type());
    if let Some(known) =
        found.and_then(|mime| SHOWN.into_iter().chain(NAMED).find(|known| *known == mime))
    {
        return known;
    }
    if is_text(sample, whole) { TEXT } else { BYTES }
}

/// Whether [`content_type`] found more than bytes.
#[must_use]
pub fn is_known(content_type: &str) -> bool {
    content_type != BYTES
}

/// How a content type that [`content_type`] gave is served. Anything else is not served under its name.
#[must_use]
pub fn served_as(content_type: &str) -> (&'static str, Disposition) {
    if let Some(shown) = SHOWN.into_iter().find(|shown| *shown == content_type) {
        return (shown, Disposition::Inline);
    }
    let named = NAMED
        .into_iter()
        .chain([TEXT])
        .find(|named| *named == content_type);
    (named.unwrap_or(BYTES), Disposition::Attachment)
}

fn is_text(sample: &[u8], whole: bool) -> bool {
    if sample.is_empty() || sample.iter().any(is_binary) {
        return false;
    }
    match std::str::from_utf8(sample) {
        Ok(_) => true,
        // The sample may end within a character.
        Err(error) => !whole && error.error_len().is_none(),
    }
}

/// The control characters that no text has ([binary data bytes]): a NUL is the common one.
///
/// [binary data bytes]: https://mimesniff.spec.whatwg.org/#binary-data-byte
fn is_binary(byte: &u8) -> bool {
    matches!(byte, 0x00..=0x08 | 0x0B | 0x0E..=0x1A | 0x1C..=0x1F)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

    #[test]
    fn pictures_are_known_by_their_bytes() {
        for (sample, expected) in [
            (PNG, "image/png"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
            (b"GIF89a\x01\0\x01\0", "image/gif"),
            (b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp"),
            (b"%PDF-1.7\n", "application/pdf"),
            (b"PK\x03\x04\x14\0\0\0", "application/zip"),
        ] {
            assert_eq!(content_type(sample, true), expected);
        }
    }

    #[test]
    fn what_a_browser_would_run_has_no_name() {
        for active in [
            "<!DOCTYPE html><script>alert(1)</script>",
            "<html><body onload=alert(1)>",
            "  \n<HTML>",
            "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            "<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
            "<?xml-stylesheet href='x'?>",
            "alert(1)",
            "#!/bin/sh\nrm -rf /",
            "{\"a\": 1}",
        ] {
            assert_eq!(content_type(active.as_bytes(), true), TEXT, "{active}");
            assert_eq!(served_as(TEXT).1, Disposition::Attachment);
        }
        for binary in [
            &b"<html>\0<script>"[..],
            b"\xff\xfe<\0h\0t\0m\0l\0",
            b"",
            b"\0asm\x01\0\0\0",
            b"MZ\x90\0",
            b"\x7fELF\x02\x01",
        ] {
            assert_eq!(content_type(binary, true), BYTES, "{binary:?}");
        }
    }

    #[test]
    fn a_text_may_be_cut_within_a_character_only_where_the_sample_ends() {
        let cut = &"é".as_bytes()[..1];
        assert_eq!(content_type(cut, false), TEXT);
        assert_eq!(content_type(cut, true), BYTES);
        assert_eq!(content_type(b"\xe9t\xe9", false), BYTES);
    }

    #[test]
    fn a_row_cannot_make_a_type_up() {
        assert_eq!(served_as("text/html"), (BYTES, Disposition::Attachment));
        assert_eq!(served_as("image/svg+xml"), (BYTES, Disposition::Attachment));
        assert_eq!(served_as("image/png"), ("image/png", Disposition::Inline));
        assert_eq!(
            served_as("video/mp4"),
            ("video/mp4", Disposition::Attachment)
        );
    }
}
