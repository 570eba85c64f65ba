//! The directory of members, and who has blocked whom, as identity tells.

use crate::AppState;

pub(crate) fn start(_state: &AppState) {}
