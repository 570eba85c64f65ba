//! What an account may be called and protected by, and who may do what to whom. Pure.

use axum::http::StatusCode;
use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use folkmoot_common::{
    http::ApiError,
    id::{self, is_invisible_control},
};
use uuid::Uuid;

use crate::model::UserRow;

/// Every account is one.
pub(crate) const MEMBER: &str = "member";
/// Looks after what others write.
pub(crate) const MODERATOR: &str = "moderator";
/// Looks after the platform.
pub(crate) const ADMIN: &str = "admin";

/// Shortest and longest user name in bytes.
const USERNAME_BYTES: std::ops::RangeInclusive<usize> = 2..=32;
/// Longest e-mail address in bytes (RFC 5321 §4.5.3.1.3, without the angle brackets).
const MAX_EMAIL_BYTES: usize = 254;
/// Shortest and longest password in characters.
const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 7..=256;
/// Names that mean something else in a mention or an address.
const RESERVED: [&str; 9] = [
    "all", "channel", "deleted", "everyone", "folkmoot", "here", "me", "room", "system",
];

/// An account that may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewAccount {
    /// As it is shown.
    pub username: String,
    /// As it is compared.
    pub username_key: String,
    /// The name for people, if they gave one.
    pub display_name: Option<String>,
    /// As it was written.
    pub email: String,
    /// As it is compared.
    pub email_key: String,
}

/// How an account is found at log-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AccountKey {
    /// By its e-mail address.
    Email(String),
    /// By its user name.
    Username(String),
}

impl AccountKey {
    /// What somebody typed to log in. A user name has no `@`, so one never passes for the other.
    #[must_use]
    pub(crate) fn new(identifier: &str) -> Self {
        let key = fold(identifier.trim());
        if key.contains('@') {
            Self::Email(key)
        } else {
            Self::Username(key)
        }
    }

    /// Whether an account may be called so. What is not need not be looked for, and PostgreSQL refuses
    /// to look for some of it.
    #[must_use]
    pub(crate) fn is_possible(&self) -> bool {
        let key = self.as_str();
        key.len() <= MAX_EMAIL_BYTES && key.bytes().all(|byte| byte.is_ascii_graphic())
    }

    /// The text that is compared.
    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Email(key) | Self::Username(key) => key,
        }
    }
}

/// Checks what somebody wants to register.
///
/// # Errors
/// 422, with a code that names the field.
pub(crate) fn new_account(
    username: &str,
    email: &str,
    password: &str,
    display_name: Option<&str>,
) -> Result<NewAccount, ApiError> {
    let (username, email) = (username.trim(), email.trim());
    check_username(username)?;
    check_email(email)?;
    check_password(password, &fold(username), &fold(email))?;
    Ok(NewAccount {
        username: username.to_owned(),
        username_key: fold(username),
        display_name: display_name.map(check_display_name).transpose()?,
        email: email.to_owned(),
        email_key: fold(email),
    })
}

/// How an account of this name and address is found.
///
/// # Errors
/// 422, with a code that names the field.
pub(crate) fn account_keys(username: &str, email: &str) -> Result<(String, String), ApiError> {
    check_username(username)?;
    check_email(email)?;
    Ok((fold(username), fold(email)))
}

/// Checks the address that an account shall move to.
///
/// # Errors
/// 422.
pub(crate) fn new_email(email: &str) -> Result<String, ApiError> {
    let email = email.trim();
    check_email(email)?;
    Ok(email.to_owned())
}

/// Checks a password that shall replace another.
///
/// # Errors
/// 422.
pub(crate) fn new_password(password: &str, user: &UserRow) -> Result<(), ApiError> {
    check_password(password, &fold(&user.username), &fold(&user.email))
}

/// Checks the name of a role that shall be made.
///
/// # Errors
/// 422.
pub(crate) fn new_role(name: &str, description: &str) -> Result<(), ApiError> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let valid = (2..=32).contains(&name.len())
        && name.bytes().all(allowed)
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && !name.ends_with('-');
    if !valid {
        let detail = "a role is 2 to 32 of a-z 0-9 - and begins with a letter";
        return Err(invalid("invalid_role", detail));
    }
    if description.chars().count() > 200 || description.chars().any(is_invisible_control) {
        let detail = "a description has at most 200 characters, none of them a control character";
        return Err(invalid("invalid_description", detail));
    }
    Ok(())
}

/// Checks why somebody is banned.
///
/// # Errors
/// 422.
pub(crate) fn ban_reason(reason: &str) -> Result<String, ApiError> {
    let reason = reason.trim();
    let hidden = |character: char| is_invisible_control(character) && character != '\n';
    if !(1..=500).contains(&reason.chars().count()) || reason.chars().any(hidden) {
        let detail = "a reason has 1 to 500 characters, none of them a control character";
        return Err(invalid("invalid_reason", detail));
    }
    Ok(reason.to_owned())
}

/// A moderator or admin who acts on others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Staff {
    /// Their account; none for a script.
    pub account_id: Option<Uuid>,
    /// As the token names them.
    pub user_id: String,
    /// Their name.
    pub username: String,
    /// Whether they are admin, and not only moderator.
    pub is_admin: bool,
}

/// Whether `staff` may ban `user`, and lift their ban.
///
/// # Errors
/// 403.
pub(crate) fn may_ban(staff: &Staff, user: &UserRow) -> Result<(), ApiError> {
    if staff.user_id == user.id.to_string() {
        return Err(ApiError::forbidden("nobody bans themself"));
    }
    if !staff.is_admin && (user.has_role(MODERATOR) || user.has_role(ADMIN)) {
        return Err(ApiError::forbidden(
            "only an admin may do that to a moderator or an admin",
        ));
    }
    Ok(())
}

/// The end of what sorts as a text: the last second with a year of four digits.
#[must_use]
pub(crate) fn last_time() -> DateTime<Utc> {
    DateTime::from_timestamp(253_402_300_799, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// A time as both databases can store it.
#[must_use]
pub(crate) fn whole_micros(time: DateTime<Utc>) -> DateTime<Utc> {
    time.duration_trunc(TimeDelta::microseconds(1))
        .unwrap_or(time)
}

/// 404: the account that is to be acted on.
pub(crate) fn no_such_user() -> ApiError {
    ApiError::not_found("user_not_found", "there is no such account")
}

/// 409: somebody must be admin.
pub(crate) fn last_admin() -> ApiError {
    ApiError::conflict("last_admin", "nobody else is admin")
}

/// Whether `password` is short enough to be worth checking.
#[must_use]
pub(crate) fn is_password_length(password: &str) -> bool {
    password.chars().take(PASSWORD_CHARS.end() + 1).count() <= *PASSWORD_CHARS.end()
}

/// How names and addresses are compared.
#[must_use]
pub(crate) fn fold(text: &str) -> String {
    text.to_ascii_lowercase()
}

fn check_username(username: &str) -> Result<(), ApiError> {
    let inner = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.-".contains(byte);
    let outer =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let bytes = username.as_bytes();
    if !USERNAME_BYTES.contains(&bytes.len())
        || !bytes.iter().all(inner)
        || !outer(bytes.first())
        || !outer(bytes.last())
    {
        let detail =
            "username must be 2 to 32 of A-Z a-z 0-9 _ . - and neither begin nor end with . or -";
        return Err(invalid("invalid_username", detail));
    }
    if RESERVED.contains(&fold(username).as_str()) {
        return Err(invalid("invalid_username", "this username is reserved"));
    }
    Ok(())
}

/// Only what cannot be an address is refused; whether it is one is seen when mail reaches it.
fn check_email(email: &str) -> Result<(), ApiError> {
    let is_domain = |domain: &str| {
        !domain.is_empty() && !domain.starts_with(['.', '-']) && !domain.ends_with(['.', '-'])
    };
    let allowed = |byte: u8| byte.is_ascii_graphic() && !b"<>()[],;:\\\"".contains(&byte);
    let valid = email.len() <= MAX_EMAIL_BYTES
        && email.bytes().all(allowed)
        && email.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && is_domain(domain) && !domain.contains('@')
        });
    if valid {
        Ok(())
    } else {
        Err(invalid(
            "invalid_email",
            "email must be an e-mail address in ASCII",
        ))
    }
}

fn check_password(password: &str, username_key: &str, email_key: &str) -> Result<(), ApiError> {
    if !PASSWORD_CHARS.contains(&password.chars().count()) {
        return Err(invalid(
            "invalid_password",
            "password must have 7 to 256 characters",
        ));
    }
    let only_blank = password
        .chars()
        .all(|character| character.is_whitespace() || is_invisible_control(character));
    if only_blank || [username_key, email_key].contains(&fold(password).as_str()) {
        return Err(invalid(
            "invalid_password",
            "password must not be blank, the username or the email",
        ));
    }
    Ok(())
}

/// Checks a name for people.
///
/// # Errors
/// 422.
pub(crate) fn check_display_name(name: &str) -> Result<String, ApiError> {
    let name = name.trim();
    if id::is_display_name(name) {
        return Ok(name.to_owned());
    }
    let detail = "name must be 1 to 64 characters without control characters";
    Err(invalid("invalid_name", detail))
}

fn invalid(code: &'static str, detail: &'static str) -> ApiError {
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(username: &str, email: &str, password: &str) -> Option<&'static str> {
        new_account(username, email, password, None)
            .err()
            .map(|error| error.code)
    }

    #[test]
    fn names_that_could_pass_for_something_else_are_refused() {
        for bad in [
            "",
            "a",
            "..",
            "-rf",
            "ann.",
            ".ann",
            "a b",
            "a/b",
            "a@b",
            "Everyone",
            "me",
            "zoë",
            "аnn",
            "ann\u{202e}",
            "a\0b",
            "a\nb",
            "<b>ann</b>",
            &"x".repeat(33),
        ] {
            assert_eq!(
                code(bad, "a@example.org", "a long password"),
                Some("invalid_username"),
                "{bad:?}"
            );
        }
        for good in ["al", "Ann_1", "j.r-t", "_x", "42", &"x".repeat(32)] {
            assert_eq!(
                code(good, "a@example.org", "a long password"),
                None,
                "{good:?}"
            );
        }
    }

    #[test]
    fn what_cannot_be_an_address_is_refused() {
        for bad in [
            "",
            "ann",
            "@example.org",
            "ann@",
            "a@b@c",
            "a b@c",
            "a@.c",
            "a@c.",
            "a\r\nBcc: x@y",
            "zoë@example.org",
            "<a@b>",
            "a@b,c@d",
            &format!("{}@example.org", "x".repeat(250)),
        ] {
            assert_eq!(
                code("ann", bad, "a long password"),
                Some("invalid_email"),
                "{bad:?}"
            );
        }
        for good in ["a@localhost", "ann+tag@example.org", " Ann@Example.org "] {
            assert_eq!(code("ann", good, "a long password"), None, "{good:?}");
        }
    }

    #[test]
    fn passwords_are_counted_in_characters_and_kept_apart_from_names() {
        for bad in [
            "",
            "short6",
            "       ",
            "Ann.Smith",
            "ANN@example.org",
            &"é".repeat(257),
        ] {
            assert_eq!(
                code("ann.smith", "ann@example.org", bad),
                Some("invalid_password"),
                "{bad:?}"
            );
        }
        for good in ["1234567", "пароль-🐙", &"é".repeat(256), "a\0null byte"] {
            assert_eq!(code("ann.smith", "ann@example.org", good), None, "{good:?}");
        }
    }

    #[test]
    fn accounts_are_found_in_any_case_by_either_name() {
        assert_eq!(
            AccountKey::new(" Ann "),
            AccountKey::Username("ann".to_owned())
        );
        assert_eq!(
            AccountKey::new("Ann@Example.ORG"),
            AccountKey::Email("ann@example.org".to_owned())
        );
        assert!(AccountKey::new("Ann@Example.org").is_possible());
        for impossible in ["ann\0", "a b", "zoë", &"x".repeat(255)] {
            assert!(!AccountKey::new(impossible).is_possible(), "{impossible:?}");
        }
    }
}
