//! Who may do what. REST, sockets, search and feeds of all kinds ask here and nowhere else.
//!
//! - Who may act on a thing may see it. What somebody may not see is not there (404); what they see but may not act on
//!   is refused (403); nobody without a token acts (401). Who is banned is refused with every token by `Verifier` (403).
//! - `admin` includes every role there is. `moderator` includes `member`, and no role that an admin made: a moderator
//!   has no business in a category that is closed to them. Everybody with a token is a `member`.
//! - A deleted thread is there for moderators only. A deleted comment keeps its place, without its text.
//! - Nothing new comes into a locked thread but from moderators: no comment, no edit, no like, no attachment. Taking a
//!   like back, deleting what is one's own, reporting and reading stay possible.
//! - Nothing at all comes to what is deleted, from nobody (409): it must be restored first.

use std::borrow::Cow;

use folkmoot_common::{
    auth::{Caller, Principal},
    http::{ApiError, ApiResult},
};

use crate::store::{CategoryRow, ThreadRow};

/// What everybody with a token is.
pub const MEMBER: &str = "member";
/// Who keeps order.
pub const MODERATOR: &str = "moderator";
/// Who may do everything.
pub const ADMIN: &str = "admin";

/// Who reads or acts: somebody, or nobody in particular.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reader(Option<Principal>);

impl Reader {
    /// Whom a token names, or nobody.
    #[must_use]
    pub fn new(principal: Option<Principal>) -> Self {
        Self(principal)
    }

    /// Who reads.
    ///
    /// # Errors
    /// 401 without a token where `PUBLIC_READ=no`.
    pub fn of(caller: &Caller) -> ApiResult<Self> {
        Ok(Self(caller.reader()?.cloned()))
    }

    /// Who acts, for which there must be somebody.
    ///
    /// # Errors
    /// 401 without a token.
    pub fn acting(caller: &Caller) -> ApiResult<Self> {
        Ok(Self(Some(caller.principal()?.clone())))
    }

    /// Somebody.
    ///
    /// # Errors
    /// 401 if it is nobody.
    pub fn principal(&self) -> ApiResult<&Principal> {
        self.0
            .as_ref()
            .ok_or_else(|| ApiError::unauthorized("an access token is needed"))
    }

    /// Their id; empty for nobody, which is nobody's id.
    #[must_use]
    pub fn user_id(&self) -> &str {
        self.0.as_ref().map_or("", |principal| &principal.user_id)
    }

    /// Whether they have `role`, or one that includes it.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        let Some(principal) = &self.0 else {
            return false;
        };
        let is_admin = principal.has_role(ADMIN);
        is_admin
            || match role {
                MEMBER => true,
                role => principal.has_role(role),
            }
    }

    /// Whether they keep order.
    #[must_use]
    pub fn is_moderator(&self) -> bool {
        self.has_role(MODERATOR)
    }

    /// Whether they may do everything.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.has_role(ADMIN)
    }

    /// What the statement fragment [`visible!`](crate::visible) compares a category's `read_role` with: `*` for an admin,
    /// else the roles, each between commas.
    #[must_use]
    pub(crate) fn roles_key(&self) -> Cow<'static, str> {
        let Some(principal) = &self.0 else {
            return Cow::Borrowed(",");
        };
        if principal.has_role(ADMIN) {
            return Cow::Borrowed("*");
        }
        let own = principal.roles.iter().map(String::as_str);
        let own = own.filter(|role| *role != MEMBER && !role.contains(','));
        let mut key = format!(",{MEMBER},");
        for role in own {
            key.push_str(role);
            key.push(',');
        }
        Cow::Owned(key)
    }
}

/// Whether somebody may read what is in a category: `read_role` is null for everybody.
#[must_use]
pub fn may_read_category(reader: &Reader, read_role: Option<&str>) -> bool {
    read_role.is_none_or(|role| reader.has_role(role))
}

/// Whether somebody may see that a thread is there.
#[must_use]
pub(crate) fn may_read(reader: &Reader, thread: &ThreadRow) -> bool {
    may_read_category(reader, thread.read_role.as_deref())
        && (thread.deleted_at.is_none() || reader.is_moderator())
}

/// Whether somebody may write into a category that they see.
#[must_use]
pub(crate) fn may_post(reader: &Reader, category: &CategoryRow) -> bool {
    may_read_category(reader, category.read_role.as_deref())
        && reader.has_role(category.post_role.as_deref().unwrap_or(MEMBER))
}

/// Whether somebody may open a thread in a category that they see.
///
/// # Errors
/// 401 for nobody, 403 without the category's role.
pub(crate) fn check_post(reader: &Reader, category: &CategoryRow) -> ApiResult<()> {
    reader.principal()?;
    if may_post(reader, category) {
        return Ok(());
    }
    Err(ApiError::forbidden("you may not write in this category"))
}

/// Whether anything may come into a thread that somebody sees.
///
/// # Errors
/// 401 for nobody; 409 `thread_deleted`; 403 `thread_locked` unless they are a moderator.
pub(crate) fn check_open(reader: &Reader, thread: &ThreadRow) -> ApiResult<()> {
    reader.principal()?;
    if thread.deleted_at.is_some() {
        return Err(ApiError::conflict(
            "thread_deleted",
            "the thread has been deleted",
        ));
    }
    if thread.is_locked && !reader.is_moderator() {
        return Err(refused("thread_locked", "the thread is locked"));
    }
    Ok(())
}

/// Whether somebody may comment in a thread that they see. `blocked`: its author, or who wrote what they answer, has
/// blocked them.
///
/// # Errors
/// As [`check_open`]; 403 without the category's role; 403 `blocked`.
pub(crate) fn check_comment(reader: &Reader, thread: &ThreadRow, blocked: bool) -> ApiResult<()> {
    check_open(reader, thread)?;
    if !reader.has_role(thread.post_role.as_deref().unwrap_or(MEMBER)) {
        return Err(ApiError::forbidden("you may not write in this category"));
    }
    if blocked {
        return Err(refused(
            "blocked",
            "the author does not want to hear of you",
        ));
    }
    Ok(())
}

/// Whether somebody may answer or like a comment, or otherwise act on it as a reader.
///
/// # Errors
/// 401 for nobody; 409 `comment_deleted`.
pub(crate) fn check_present(reader: &Reader, is_deleted: bool) -> ApiResult<()> {
    reader.principal()?;
    if is_deleted {
        return Err(ApiError::conflict(
            "comment_deleted",
            "the comment has been deleted",
        ));
    }
    Ok(())
}

/// Whether somebody may like a thread or a comment in it; [`check_present`] asks for the comment.
///
/// # Errors
/// As [`check_open`].
pub(crate) fn check_like(reader: &Reader, thread: &ThreadRow) -> ApiResult<()> {
    check_open(reader, thread)
}

/// Whether somebody may change a text of `author_id` in a thread that they see: the author, or a moderator.
///
/// # Errors
/// 401 for nobody, 403 for another one, then as [`check_open`].
pub(crate) fn check_edit(reader: &Reader, thread: &ThreadRow, author_id: &str) -> ApiResult<()> {
    check_own(reader, author_id)?;
    check_open(reader, thread)
}

/// Whether somebody may delete what `author_id` wrote, or read what was in its place: the author, in a locked thread
/// too, or a moderator.
///
/// # Errors
/// 401 for nobody, 403 for another one.
pub(crate) fn check_own(reader: &Reader, author_id: &str) -> ApiResult<()> {
    let principal = reader.principal()?;
    if principal.user_id == author_id || reader.is_moderator() {
        return Ok(());
    }
    Err(ApiError::forbidden("this is somebody else's"))
}

/// Whether somebody may lock, pin, move, restore, and work the queue of reports.
///
/// # Errors
/// 401 for nobody, 403 for everybody else.
pub fn check_moderator(reader: &Reader) -> ApiResult<()> {
    reader.principal()?;
    if reader.is_moderator() {
        return Ok(());
    }
    Err(ApiError::forbidden("only a moderator may do this"))
}

/// Whether somebody may change the categories.
///
/// # Errors
/// 401 for nobody, 403 for everybody else.
pub fn check_admin(reader: &Reader) -> ApiResult<()> {
    reader.principal()?;
    if reader.is_admin() {
        return Ok(());
    }
    Err(ApiError::forbidden("only an admin may do this"))
}

fn refused(code: &'static str, detail: &'static str) -> ApiError {
    ApiError::new(axum::http::StatusCode::FORBIDDEN, code, detail)
}
