//! What somebody may say of themself. Pure.

use folkmoot_common::{http::ApiError, id};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{text, website};

/// Longest bio in characters.
const MAX_BIO_CHARS: usize = 1000;
/// Longest location in characters.
const MAX_LOCATION_CHARS: usize = 100;

/// What is to be shown of somebody. What is left out, null or blank is not shown.
#[derive(Debug, Default, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileBody {
    /// The name for people, at most 64 characters; it need not be unique.
    #[schema(example = "Ann of the Hill")]
    pub display_name: Option<String>,
    /// At most 1000 characters of plain text.
    pub bio: Option<String>,
    /// An absolute address with http or https.
    #[schema(example = "https://example.org/")]
    pub website: Option<String>,
    /// At most 100 characters.
    #[schema(example = "Thingvellir")]
    pub location: Option<String>,
    /// A picture that was uploaded to /api/files: the file's id, or its address here. Addresses elsewhere are refused.
    #[schema(example = "01937f2e-0000-7000-8000-000000000000")]
    pub avatar: Option<String>,
}

/// A profile that may be kept.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Fields {
    pub display_name: Option<String>,
    pub bio: Option<String>,
    pub website: Option<String>,
    pub location: Option<String>,
    pub avatar_file_id: Option<Uuid>,
}

impl ProfileBody {
    /// # Errors
    /// 422, with a code that names the field.
    pub(crate) fn checked(self) -> Result<Fields, ApiError> {
        let most = id::MAX_DISPLAY_NAME_CHARS;
        Ok(Fields {
            display_name: text::line(self.display_name, most, "invalid_display_name")?,
            bio: text::lines(self.bio, MAX_BIO_CHARS, "invalid_bio")?,
            website: check_website(self.website)?,
            location: text::line(self.location, MAX_LOCATION_CHARS, "invalid_location")?,
            avatar_file_id: check_avatar(self.avatar)?,
        })
    }
}

/// Whom a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PersonKey {
    /// By the account's id.
    Id(Uuid),
    /// By the name in lower case.
    Name(String),
}

impl PersonKey {
    /// What a path says: an account's id, `@` and a name, or `me`. What can be neither is nobody.
    pub(crate) fn parse(text: &str, me: Option<Uuid>) -> Option<Self> {
        if text == "me" {
            return me.map(Self::Id);
        }
        if let Some(name) = text.strip_prefix('@') {
            return is_name_part(name).then(|| Self::Name(name.to_ascii_lowercase()));
        }
        // Only the form with hyphens: others would be braces and a URN.
        let id = (text.len() == 36).then(|| Uuid::try_parse(text).ok());
        id.flatten().map(Self::Id)
    }
}

/// Whether `text` may be the beginning of a name, or a whole one.
pub(crate) fn is_name_part(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    (1..=32).contains(&text.len()) && text.bytes().all(allowed)
}

/// What a profile is put over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Put {
    /// Only nothing.
    New,
    /// Nothing or another one.
    Any,
}

/// Where the picture of a profile is, at the edge.
#[must_use]
pub(crate) fn avatar_url(file_id: Uuid) -> String {
    format!("/api/files/{file_id}/download")
}

fn check_website(given: Option<String>) -> Result<Option<String>, ApiError> {
    let Some(given) = given.filter(|given| !given.is_empty()) else {
        return Ok(None);
    };
    let wrong = || {
        let detail = "website must be an absolute address with http or https, at most 500 bytes";
        text::invalid("invalid_website", detail.to_owned())
    };
    website::parse(&given).map(Some).ok_or_else(wrong)
}

/// Only a file of ours: an address elsewhere would tell its owner who looks, and could be fetched from inside.
fn check_avatar(given: Option<String>) -> Result<Option<Uuid>, ApiError> {
    let Some(given) = given.filter(|given| !given.is_empty()) else {
        return Ok(None);
    };
    let wrong = || {
        let detail = "avatar must be the id of a file that was uploaded to /api/files";
        text::invalid("invalid_avatar", detail.to_owned())
    };
    let inner = given
        .strip_prefix("/api/files/")
        .and_then(|rest| rest.strip_suffix("/download"));
    let text = inner.unwrap_or(&given);
    // Only the form with hyphens: others would be braces and a URN.
    let id = (text.len() == 36)
        .then(|| Uuid::try_parse(text).ok())
        .flatten();
    id.map(Some).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_a_file_of_ours_or_nothing() {
        let id = "01937f2e-0000-7000-8000-000000000000";
        let checked = |avatar: &str| check_avatar(Some(avatar.to_owned()));
        let good = [id.to_owned(), format!("/api/files/{id}/download")];
        for good in good {
            assert_eq!(
                checked(&good).map(|id| id.map(avatar_url)),
                Ok(Some(format!("/api/files/{id}/download")))
            );
        }
        assert_eq!(checked(""), Ok(None));
        for bad in [
            "https://evil.example/a.png".to_owned(),
            "http://169.254.169.254/latest/meta-data".to_owned(),
            "//evil.example/a.png".to_owned(),
            "data:image/png;base64,AAAA".to_owned(),
            "javascript:alert(1)".to_owned(),
            format!("https://evil.example/api/files/{id}/download"),
            format!("/api/files/{id}/download?x=1"),
            format!("/api/files/../auth/{id}/download"),
            format!("/api/files/{id}/../../auth/me/download"),
            format!("{{{id}}}"),
            format!("urn:uuid:{id}"),
            id.replace('-', ""),
            "../../etc/passwd".to_owned(),
            "1".to_owned(),
        ] {
            let refused = checked(&bad).err().map(|error| error.code);
            assert_eq!(refused, Some("invalid_avatar"), "{bad}");
        }
    }

    #[test]
    fn a_path_names_somebody_or_nobody() {
        let id = Uuid::from_u128(7);
        let parse = |text: &str| PersonKey::parse(text, Some(id));
        assert_eq!(parse(&id.to_string()), Some(PersonKey::Id(id)));
        assert_eq!(parse("me"), Some(PersonKey::Id(id)));
        assert_eq!(PersonKey::parse("me", None), None);
        assert_eq!(parse("@Ann.B"), Some(PersonKey::Name("ann.b".to_owned())));
        let long = format!("@{}", "x".repeat(33));
        for bad in [
            "",
            "@",
            "ann",
            "..",
            "../x",
            "@../x",
            "@a/b",
            "@a%2e",
            "@zo\u{eb}",
            "@a\0",
            "@@a",
            &long,
            "urn:uuid:00000000-0000-0000-0000-000000000007",
            "{00000000-0000-0000-0000-000000000007}",
        ] {
            assert_eq!(parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_blank_field_is_not_shown() {
        let blank = || Some("  ".to_owned());
        let body = ProfileBody {
            display_name: blank(),
            bio: blank(),
            website: Some(String::new()),
            location: blank(),
            avatar: Some(String::new()),
        };
        assert_eq!(body.checked(), Ok(Fields::default()));
    }
}
