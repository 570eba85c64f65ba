//! From what a user wrote and what was found to what can be built, or to what is wrong with it.

use folkmoot_crds::ForumInstance;

use super::references::References;

/// Something that must be mended before the forum can run as its spec says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The condition that is false because of it, of [`folkmoot_crds::condition`].
    pub condition: &'static str,
    /// CamelCase, stable.
    pub reason: &'static str,
    /// For people; names the thing.
    pub message: String,
}

/// A forum that can be built.
#[derive(Debug, Clone)]
pub struct ValidatedForum {}

/// Names of the Secrets that the spec points at, besides those that the operator generates.
#[must_use]
pub fn referenced_secrets(_forum: &ForumInstance) -> Vec<String> {
    Vec::new()
}

/// Checks what the schema cannot.
///
/// # Errors
/// Everything that is wrong.
pub fn validate(
    _forum: &ForumInstance,
    _references: &References,
) -> Result<ValidatedForum, Vec<Problem>> {
    Ok(ValidatedForum {})
}
