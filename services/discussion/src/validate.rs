//! Whether what was written may be stored.

use std::collections::BTreeSet;

use folkmoot_common::{
    http::{ApiError, ApiResult},
    id,
};

/// Most characters of a title.
pub(crate) const MAX_TITLE_CHARS: usize = 200;
/// Most characters of a text.
pub(crate) const MAX_BODY_CHARS: usize = 40_000;
/// Most tags of a thread.
pub(crate) const MAX_TAGS: usize = 5;
/// Most characters of the slug of a category.
pub(crate) const MAX_SLUG_CHARS: usize = 50;
/// Most characters of a tag.
pub(crate) const MAX_TAG_CHARS: usize = 32;

fn invalid(code: &'static str, detail: impl Into<std::borrow::Cow<'static, str>>) -> ApiError {
    ApiError::new(axum::http::StatusCode::UNPROCESSABLE_ENTITY, code, detail)
}

/// A title: one line, without spaces around it.
///
/// # Errors
/// 422 `invalid_title`.
pub(crate) fn title(text: &str) -> ApiResult<String> {
    let text = text.trim();
    let count = text.chars().count();
    if (1..=MAX_TITLE_CHARS).contains(&count) && !text.chars().any(id::is_invisible_control) {
        return Ok(text.to_owned());
    }
    Err(invalid(
        "invalid_title",
        format!("title must be 1 to {MAX_TITLE_CHARS} characters without control characters"),
    ))
}

/// A text in Markdown; `may_be_empty` where there is something else.
///
/// # Errors
/// 422 `invalid_body`.
pub(crate) fn body(text: &str, may_be_empty: bool) -> ApiResult<()> {
    let refused =
        |character: char| character.is_control() && !['\n', '\r', '\t'].contains(&character);
    let is_long = text.len() > MAX_BODY_CHARS && text.chars().count() > MAX_BODY_CHARS;
    if is_long || text.chars().any(refused) {
        return Err(invalid(
            "invalid_body",
            format!(
                "body must be at most {MAX_BODY_CHARS} characters; control characters are refused except for line breaks and tabs"
            ),
        ));
    }
    if text.trim().is_empty() && !may_be_empty {
        return Err(invalid("invalid_body", "body must not be empty"));
    }
    Ok(())
}

/// Tags, sorted, each once.
///
/// # Errors
/// 422 `invalid_tags`.
pub(crate) fn tags(tags: &[String]) -> ApiResult<Vec<String>> {
    let tags: BTreeSet<&str> = tags.iter().map(String::as_str).collect();
    if tags.len() > MAX_TAGS || !tags.iter().all(|tag| is_tag(tag)) {
        return Err(invalid(
            "invalid_tags",
            format!("there may be {MAX_TAGS} tags, each 1 to {MAX_TAG_CHARS} of a-z 0-9 -"),
        ));
    }
    Ok(tags.into_iter().map(str::to_owned).collect())
}

/// Whether a text may be a tag.
pub(crate) fn is_tag(tag: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=MAX_TAG_CHARS).contains(&tag.len()) && tag.bytes().all(allowed)
}

/// A category's name in addresses.
///
/// # Errors
/// 422 `invalid_category`.
pub(crate) fn slug(text: &str) -> ApiResult<()> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (1..=MAX_SLUG_CHARS).contains(&text.len()) && text.bytes().all(allowed) {
        return Ok(());
    }
    Err(invalid(
        "invalid_category",
        format!("slug must be 1 to {MAX_SLUG_CHARS} of a-z 0-9 -"),
    ))
}

/// A category's name and description for people.
///
/// # Errors
/// 422 `invalid_category`.
pub(crate) fn category_texts(name: &str, description: &str) -> ApiResult<()> {
    let count = name.chars().count();
    if !(1..=100).contains(&count)
        || name.trim().is_empty()
        || name.chars().any(id::is_invisible_control)
    {
        return Err(invalid(
            "invalid_category",
            "name must be 1 to 100 characters without control characters",
        ));
    }
    let refused = |character: char| id::is_invisible_control(character) && character != '\n';
    if description.chars().count() > 1000 || description.chars().any(refused) {
        return Err(invalid(
            "invalid_category",
            "description must be at most 1000 characters without control characters",
        ));
    }
    Ok(())
}

/// The name of a role.
///
/// # Errors
/// 422 `invalid_category`.
pub(crate) fn role(role: Option<&str>) -> ApiResult<()> {
    let allowed = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_'
    };
    let is_fine = |role: &str| (1..=32).contains(&role.len()) && role.bytes().all(allowed);
    if role.is_none_or(is_fine) {
        return Ok(());
    }
    Err(invalid(
        "invalid_category",
        "a role is 1 to 32 of a-z 0-9 _ -",
    ))
}
