//! From a validated forum to its objects: pure, without a client.

use super::{resources::Resources, validate::ValidatedForum};

/// Builds every object of a forum. `chat_replicas` is the number that the scaler chose, or that of the spec.
#[must_use]
pub fn build(_forum: &ValidatedForum, _chat_replicas: i32) -> Resources {
    Resources::default()
}
