//! What takes pods to be seen. All share one node, each works in namespaces of its own.

mod node;
