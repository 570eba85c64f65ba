//! Who may do what with files.

use folkmoot_common::{
    auth::{Caller, Principal},
    http::ApiResult,
};

use crate::model::FileRow;

/// Who uploads: the token's owner. Only without tokens it is whom the request names, if anybody.
///
/// # Errors
/// As [`Caller::acting_as`].
pub(crate) fn uploader(caller: &Caller, named: Option<&str>) -> ApiResult<Option<String>> {
    match named {
        Some(named) => Ok(Some(caller.acting_as(named, None)?.user_id)),
        None => Ok(caller.member()?.map(|principal| principal.user_id.clone())),
    }
}

/// Whether `principal` may remove `file`: who uploaded it, moderators and admins.
pub(crate) fn may_delete(principal: &Principal, file: &FileRow) -> bool {
    let moderates = principal.has_role("moderator") || principal.has_role("admin");
    moderates || file.uploaded_by.as_ref() == Some(&principal.user_id)
}
