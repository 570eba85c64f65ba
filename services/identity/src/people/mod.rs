//! People: profiles, relations between them, exports and the end of accounts. What is pure of it, and what runs
//! beside the requests.

pub(crate) mod export;
pub(crate) mod model;
pub(crate) mod profile;
pub(crate) mod relation;
pub(crate) mod tasks;
pub(crate) mod text;
mod website;

use folkmoot_common::http::ApiError;

use crate::routes::App;

/// Starts consumers and tasks.
pub(crate) fn start(app: &App) {
    tasks::start(app);
}

/// A token may name an account that is gone, or none.
pub(crate) fn no_account() -> ApiError {
    ApiError::not_found("user_not_found", "the token names no account")
}

/// What a path names is nobody, or nobody any more.
pub(crate) fn no_such_user() -> ApiError {
    ApiError::not_found("user_not_found", "there is no such account")
}
