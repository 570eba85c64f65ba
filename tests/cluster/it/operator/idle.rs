//! What is as it should be is not written.

use crate::bench::Bench;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_idle_passes_and_a_restart_write_nothing() {
    let bench = Bench::start("idle").await;
    bench
        .apply("demo", json!({"monitoring": {"serviceMonitor": true}}))
        .await;
    bench.wait_until_ready("demo").await;
    bench.settle("demo").await;

    let before = bench.versions().await;
    assert!(before.len() > 40, "{before:?}");
    let requests = async || {
        bench
            .operator
            .sum("folkmoot_operator_requests_total", "")
            .await
    };
    let asked = requests().await;
    bench.pass("demo", 10).await;
    assert_eq!(bench.versions().await, before);
    assert_eq!(
        requests().await,
        asked,
        "{:?}",
        bench
            .operator
            .metric("folkmoot_operator_requests_total")
            .await
    );

    assert!(bench.operator.terminate().await.success());
    bench.operator.start_again().await;
    bench.pass("demo", 3).await;
    assert_eq!(bench.versions().await, before);
    assert_eq!(
        bench.operator.writes().await,
        0.0,
        "{}",
        bench.operator.log_tail()
    );
    assert!(
        bench
            .operator
            .metric("folkmoot_operator_writes_total")
            .await
            .is_empty()
    );
}
