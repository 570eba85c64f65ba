//! What goes into the audit log: [`record!`](crate::record) in the transaction of what it tells of.

use folkmoot_common::auth::Principal;
use serde_json::Value;
use uuid::Uuid;

/// An entry: who did what to what.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) actor_id: String,
    pub(crate) actor_name: String,
    /// For example `thread.locked`.
    pub(crate) action: &'static str,
    /// `thread`, `comment`, `category`, `report` or `user`.
    pub(crate) target_type: &'static str,
    pub(crate) target_id: String,
    /// Only who may read it sees the entry.
    pub(crate) category_id: Option<Uuid>,
    /// What it was before, the reason.
    pub(crate) detail: Value,
}

impl Entry {
    pub(crate) fn new(
        actor: &Principal,
        action: &'static str,
        target_type: &'static str,
        target_id: Uuid,
        detail: Value,
    ) -> Self {
        Self {
            actor_id: actor.user_id.clone(),
            actor_name: actor.username.clone(),
            action,
            target_type,
            target_id: target_id.to_string(),
            category_id: None,
            detail,
        }
    }

    /// About something in a category.
    pub(crate) fn in_category(mut self, category_id: Uuid) -> Self {
        self.category_id = Some(category_id);
        self
    }
}
