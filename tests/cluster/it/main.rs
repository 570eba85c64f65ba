//! What takes pods to be seen. All share one node, each works in namespaces of its own.

// By this name scripts/test.sh leaves them out of the stage of all other tests.
mod on_a_node;
