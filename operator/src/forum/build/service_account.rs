//! The account of all pods: without rights, and without a token in any pod.

use k8s_openapi::api::core::v1::ServiceAccount;

use super::part::Part;
use crate::forum::validate::ValidatedForum;

/// The one account of a forum.
pub(super) fn of(forum: &ValidatedForum) -> ServiceAccount {
    ServiceAccount {
        metadata: forum.metadata(Part::Forum),
        automount_service_account_token: Some(false),
        ..ServiceAccount::default()
    }
}
