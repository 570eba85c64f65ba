//! What the integration tests stand on: real servers, the real executable, the platform in this process,
//! members who act on it, and ways to wait that have a limit.

pub mod app;
pub mod backends;
pub mod daemon;
pub mod fresh;
pub mod process;
pub mod seeded;
pub mod wait;

pub use daemon::Stop;
