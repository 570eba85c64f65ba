//! Who may do what, and what a message may hold. REST and sockets decide through these functions.

use folkmoot_common::{
    http::{ApiError, ApiResult},
    id,
};

use crate::model::NewRoom;

/// Longest text of a message in bytes.
pub const MAX_CONTENT_BYTES: usize = 16 * 1024;
/// Longest file address in bytes.
pub const MAX_FILE_URL_BYTES: usize = 2_048;
const MAX_ROOM_NAME_CHARS: usize = 100;
const MAX_ROOM_DESCRIPTION_CHARS: usize = 500;
/// Room ids that would collide with other sockets of the edge.
const RESERVED_ROOMS: [&str; 4] = ["threads", "calls", "feed", "notifications"];

/// What a message may be.
pub const MESSAGE_TYPES: [&str; 3] = ["text", "file", "image"];

/// Whether a room may have this id.
///
/// # Errors
/// 400 `invalid_id` or `reserved_room`.
pub fn check_room_id(room_id: &str) -> ApiResult<()> {
    id::check("room_id", room_id)?;
    if RESERVED_ROOMS.contains(&room_id) {
        return Err(ApiError::bad_request(
            "reserved_room",
            "a room cannot have this id",
        ));
    }
    Ok(())
}

/// Whether a room may be made like this.
///
/// # Errors
/// 400, naming what is wrong.
pub fn check_new_room(room: &NewRoom) -> ApiResult<()> {
    check_room_id(&room.id)?;
    check_line(
        "name",
        room.name.as_deref().unwrap_or(&room.id),
        1,
        MAX_ROOM_NAME_CHARS,
    )?;
    check_line(
        "description",
        room.description.as_deref().unwrap_or_default(),
        0,
        MAX_ROOM_DESCRIPTION_CHARS,
    )
}

fn check_line(what: &str, text: &str, least: usize, most: usize) -> ApiResult<()> {
    let count = text.chars().count();
    if !(least..=most).contains(&count) || text.chars().any(id::is_invisible_control) {
        return Err(ApiError::bad_request(
            "invalid_room",
            format!("{what} must be {least} to {most} characters without control characters"),
        ));
    }
    Ok(())
}

/// Whether a message may say this. Line breaks and tabs are welcome; other control characters would only
/// hide something, and PostgreSQL stores no NUL.
///
/// # Errors
/// What is wrong, for people.
pub fn check_content(content: &str) -> Result<(), &'static str> {
    if content.len() > MAX_CONTENT_BYTES {
        return Err("content is longer than 16 KiB");
    }
    if content.trim().is_empty() {
        return Err("content is empty");
    }
    if content
        .chars()
        .any(|character| character.is_control() && !matches!(character, '\n' | '\r' | '\t'))
    {
        return Err("content has control characters");
    }
    Ok(())
}

/// Whether a message may point to this file: an address on this platform, so that opening a message never
/// runs a script or fetches something elsewhere.
///
/// # Errors
/// What is wrong, for people.
pub fn check_file_url(url: &str) -> Result<(), &'static str> {
    let local = url.starts_with("/api/files/") && !url.contains("..");
    let plain = url
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !b"\\\"'<>`".contains(&byte));
    if local && plain && url.len() <= MAX_FILE_URL_BYTES {
        return Ok(());
    }
    Err("file_url must be an address below /api/files/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_cannot_take_the_address_of_another_socket() {
        for bad in ["threads", "calls", "a/b", "..", "", "a\u{202e}"] {
            assert!(check_room_id(bad).is_err(), "{bad:?}");
        }
        assert!(check_room_id("general").is_ok());
    }

    #[test]
    fn content_that_hides_or_is_not_there_is_refused() {
        for bad in [
            "",
            "  \n",
            "a\0b",
            "\u{7}",
            &"x".repeat(MAX_CONTENT_BYTES + 1),
        ] {
            assert!(check_content(bad).is_err(), "{bad:?}");
        }
        assert!(check_content("two\nlines\t<script>").is_ok());
    }

    #[test]
    fn files_are_only_linked_on_this_platform() {
        for bad in [
            "javascript:alert(1)",
            "//evil.example/x",
            "https://evil.example",
            "/api/files/../auth",
            "/api/files/\"x",
            "/api/files/ x",
        ] {
            assert!(check_file_url(bad).is_err(), "{bad:?}");
        }
        assert!(check_file_url("/api/files/123/download").is_ok());
    }
}
