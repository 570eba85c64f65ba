//! What is kept of somebody, for them.

use folkmoot_common::{ServiceName, exports};

use crate::{AppState, store::Filter};

/// Takes part in exports: preferences, and the notifications that their user may see.
pub(crate) fn start(state: &AppState) {
    let store = state.store.clone();
    exports::start(
        &state.ctx,
        ServiceName::Notification,
        move |user_id, mut lines| {
            let store = store.clone();
            async move {
                for preference in store.preferences(&user_id).await? {
                    lines.write("notification_preference", &preference).await?;
                }
                let mut filter = Filter::default();
                loop {
                    let shown = store.list(&user_id, &filter, exports::PAGE).await?;
                    for notification in &shown.notifications {
                        lines.write("notification", notification).await?;
                    }
                    match shown.notifications.last() {
                        Some(last) => filter.after = Some(last.id),
                        None => return Ok(lines),
                    }
                }
            }
        },
    );
}
