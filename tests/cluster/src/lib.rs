//! A real Kubernetes for tests, made from its own programs without Docker. Two sizes:
//!
//! [`ControlPlane`] is etcd, kube-apiserver and kube-controller-manager on loopback ports: objects are checked,
//! stored, watched and collected as everywhere, and no pod ever runs. A few seconds, any number side by side.
//!
//! [`Node`] is a whole node in namespaces of its own, with pods from real images. It takes root and Linux.
//!
//! Both are a [`Cluster`] to those who talk to one. Nothing outlives the process that started it.

mod cluster;
mod command;
mod control_plane;
mod doors;
mod images;
mod namespace;
mod node;
mod pods;
mod state;
mod watching;

pub use cluster::Cluster;
pub use command::Output;
pub use control_plane::{Component, ControlPlane};
pub use namespace::Namespace;
pub use node::Node;
pub use pods::PretendPods;
pub use watching::{condition, wait_for, wait_for_condition, wait_until_gone};
