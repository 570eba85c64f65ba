//! People: profiles, relations between them, exports and the end of accounts. What runs beside the requests.

use crate::routes::App;

/// Starts consumers and tasks.
pub(crate) fn start(app: &App) {
    let _ = app;
}
