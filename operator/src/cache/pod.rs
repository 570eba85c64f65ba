//! A forum's pod, as much of it as [`PodView`] takes.

use k8s_openapi::api::core::v1::Pod;

use super::table::{Entry, Key, version_of};
use crate::pods::PodView;

/// A forum's pod.
#[derive(Debug, Clone)]
pub struct CachedPod {
    key: Key,
    version: u64,
    /// What a rollout and the scaler look at.
    pub view: PodView,
}

impl From<Pod> for CachedPod {
    fn from(pod: Pod) -> Self {
        let view = PodView::of(&pod);
        Self {
            key: Key::new(view.namespace.as_str(), view.name.as_str()),
            version: version_of(&pod.metadata).unwrap_or(0),
            view,
        }
    }
}

impl Entry for CachedPod {
    fn key(&self) -> &Key {
        &self.key
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn forum(&self) -> Option<&str> {
        Some(&self.view.forum)
    }

    fn same(&self, other: &Self) -> bool {
        self.view == other.view
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod(version: &str, ready: &str) -> CachedPod {
        let pod: Pod = serde_json::from_value(json!({
            "metadata": {"name": "p", "namespace": "n", "resourceVersion": version,
                "labels": {"app.kubernetes.io/instance": "demo"}},
            "status": {"conditions": [{"type": "Ready", "status": ready, "lastTransitionTime": "2026-01-02T03:04:05Z"}]},
        }))
        .unwrap();
        pod.into()
    }

    #[test]
    fn only_what_is_looked_at_makes_a_difference() {
        assert!(pod("1", "True").same(&pod("2", "True")));
        assert!(!pod("1", "True").same(&pod("2", "False")));
        assert_eq!(
            (pod("2", "True").version(), pod("2", "True").forum()),
            (2, Some("demo"))
        );
    }
}
