//! What the services tell each other: the types of events and what is in them.
//!
//! They are contracts between services that may run in different versions side by side: a field is never taken
//! away or given another meaning, and one that is added has a default.

pub mod chat;
pub mod discussion;
pub mod identity;

/// Who may read something: everybody, or only who has a role.
///
/// Kept and told as the name of the role, or as nothing for everybody.
pub type ReadRole = Option<String>;
