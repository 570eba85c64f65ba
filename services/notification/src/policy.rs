//! Who may do what, and what may be stored.

use folkmoot_common::{
    auth::{Caller, Principal},
    http::{ApiError, ApiResult},
    id,
};
use uuid::Uuid;

use crate::model::NewNotification;

pub(crate) const MAX_TITLE_CHARS: usize = 200;
pub(crate) const MAX_BODY_CHARS: usize = 4000;
const MAX_TYPE_BYTES: usize = 32;
/// Who may notify others.
const NOTIFIERS: [&str; 3] = ["service", "moderator", "admin"];

/// Lets only the user whom the path names see that there is something.
///
/// # Errors
/// 400 if the id may not be one, 401 without a needed token, 404 if it is somebody else's.
pub(crate) fn owner(caller: &Caller, user_id: &str) -> ApiResult<()> {
    id::check("user_id", user_id)?;
    match caller.member()? {
        Some(principal) if principal.user_id != user_id => Err(ApiError::not_found(
            "user_not_found",
            "there are no notifications of that user for you",
        )),
        _ => Ok(()),
    }
}

/// A notification's id, and whose it must be: anybody's without a token in open mode.
///
/// # Errors
/// 400 if the id may not be one, 401 without a needed token, 404 if no notification has such an id.
pub(crate) fn notification<'a>(caller: &'a Caller, id: &str) -> ApiResult<(Uuid, Option<&'a str>)> {
    id::check("id", id)?;
    let owner = caller.member()?.map(|principal| principal.user_id.as_str());
    let id = Uuid::try_parse(id).map_err(|_| absent())?;
    Ok((id, owner))
}

/// No such notification, or none that its asker may know of.
pub(crate) fn absent() -> ApiError {
    ApiError::not_found("notification_not_found", "there is no such notification")
}

/// Whether the caller may notify `user_id`.
///
/// # Errors
/// 401 without a needed token, 403 if it is somebody else and the caller has no role for it.
pub(crate) fn may_notify(caller: &Caller, user_id: &str) -> ApiResult<()> {
    let allowed = |principal: &Principal| {
        principal.user_id == user_id || NOTIFIERS.iter().any(|role| principal.has_role(role))
    };
    match caller.member()? {
        Some(principal) if !allowed(principal) => Err(ApiError::forbidden(
            "only a moderator may notify somebody else",
        )),
        _ => Ok(()),
    }
}

/// Whether a notification may be stored as it is.
///
/// # Errors
/// 400 `invalid_id` or `invalid_notification`, naming the field.
pub(crate) fn check(new: &NewNotification) -> ApiResult<()> {
    id::check("user_id", &new.user_id)?;
    new.room_id
        .as_deref()
        .map_or(Ok(()), |room_id| id::check("room_id", room_id))?;
    let invalid = |detail: String| Err(ApiError::bad_request("invalid_notification", detail));
    if !is_line(&new.title) {
        return invalid(format!(
            "title must be 1 to {MAX_TITLE_CHARS} characters without control characters"
        ));
    }
    if !is_text(&new.body) {
        return invalid(format!(
            "body must be at most {MAX_BODY_CHARS} characters; control characters are refused except for line breaks and tabs"
        ));
    }
    if !is_type(&new.notif_type) {
        return invalid(format!(
            "notif_type must be 1 to {MAX_TYPE_BYTES} of A-Z a-z 0-9 _ . -"
        ));
    }
    Ok(())
}

fn is_line(title: &str) -> bool {
    let count = title.chars().count();
    (1..=MAX_TITLE_CHARS).contains(&count)
        && !title.trim().is_empty()
        && !title.chars().any(id::is_invisible_control)
}

fn is_text(body: &str) -> bool {
    let refused =
        |character: char| character.is_control() && !['\n', '\r', '\t'].contains(&character);
    body.chars().count() <= MAX_BODY_CHARS && !body.chars().any(refused)
}

/// Whether a notification may be called that.
pub(crate) fn is_type(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    (1..=MAX_TYPE_BYTES).contains(&text.len()) && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use folkmoot_common::config::AuthMode;

    use super::*;

    fn caller(user_id: &str, role: &str) -> Caller {
        let principal = Principal {
            user_id: user_id.to_owned(),
            username: user_id.to_owned(),
            roles: vec![role.to_owned()],
            session_id: None,
            issued_at: None,
            expires_at: None,
        };
        Caller::new(AuthMode::Required, Some(principal))
    }

    fn new() -> NewNotification {
        serde_json::from_str(r#"{"user_id": "ann", "title": "Hello"}"#).unwrap()
    }

    #[test]
    fn only_some_roles_notify_others() {
        assert!(may_notify(&caller("ann", "member"), "ann").is_ok());
        assert_eq!(
            may_notify(&caller("ann", "member"), "bob")
                .unwrap_err()
                .code,
            "forbidden"
        );
        for role in NOTIFIERS {
            assert!(may_notify(&caller("ann", role), "bob").is_ok(), "{role}");
        }
        assert_eq!(
            may_notify(&Caller::new(AuthMode::Required, None), "bob")
                .unwrap_err()
                .code,
            "unauthorized"
        );
        assert!(may_notify(&Caller::new(AuthMode::Open, None), "bob").is_ok());
    }

    #[test]
    fn somebody_elses_notifications_are_not_there_whatever_the_role() {
        assert_eq!(
            owner(&caller("ann", "admin"), "bob").unwrap_err().status,
            404
        );
        assert!(owner(&caller("ann", "member"), "ann").is_ok());
    }

    #[test]
    fn fields_have_bounds_and_hide_nothing() {
        assert_eq!(check(&new()), Ok(()));
        assert_eq!(new().notif_type, "message");
        let long = "é".repeat(MAX_BODY_CHARS + 1);
        for (field, bad) in [
            ("title", ""),
            ("title", " "),
            ("title", "a\nb"),
            ("title", "a\u{202e}b"),
            ("title", long.as_str()),
            ("body", "\0"),
            ("body", "\u{1b}[31m"),
            ("body", long.as_str()),
            ("notif_type", ""),
            ("notif_type", "a b"),
            ("notif_type", "a-type-that-is-longer-than-32-bytes"),
        ] {
            let mut new = new();
            match field {
                "title" => bad.clone_into(&mut new.title),
                "body" => bad.clone_into(&mut new.body),
                _ => bad.clone_into(&mut new.notif_type),
            }
            let error = check(&new).unwrap_err();
            assert_eq!(error.code, "invalid_notification", "{field} {bad:?}");
            assert!(error.detail.starts_with(field), "{error}");
        }
        let mut room = new();
        room.room_id = Some("a/b".to_owned());
        assert_eq!(check(&room).unwrap_err().code, "invalid_id");
    }
}
