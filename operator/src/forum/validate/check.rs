//! What can be wrong with a spec that the schema took.

use folkmoot_crds::ForumInstance;

use super::Problem;
use crate::forum::references::References;

/// Everything that is wrong, in the order of the spec.
pub(super) fn all(_forum: &ForumInstance, _references: &References) -> Vec<Problem> {
    Vec::new()
}
