//! The chart's own test, as `helm test` runs it.

use super::{
    forum::{OPERATOR, OPERATORS_NAMESPACE, node_with_operator},
    together,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_chart_passes_its_own_test() {
    let _turn = together().await;
    let node = node_with_operator().await;
    let arguments = [
        "test",
        OPERATOR,
        "--namespace",
        OPERATORS_NAMESPACE,
        "--timeout",
        "90s",
    ];
    let said = node.helm(&arguments).await;
    assert!(said.contains("Succeeded"), "{said}");
}
