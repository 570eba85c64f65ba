#![expect(clippy::needless_pass_by_value, reason = "json!(...) is given")]

use serde_json::{Value, json};

use super::*;

fn failure(status: Value) -> Option<(String, String)> {
    let pod = json!({"metadata": {"name": "demo-chat-1"}, "status": status});
    let pod: Pod = serde_json::from_value(pod).unwrap();
    of(&pod).map(|failure| (failure.reason, failure.message))
}

fn container(restarts: i32, state: Value, last: Value) -> Value {
    json!({"containerStatuses": [{
        "name": "chat", "image": "", "imageID": "", "ready": false, "restartCount": restarts,
        "state": state, "lastState": last,
    }]})
}

#[test]
fn each_failure_says_what_a_person_needs() {
    let waiting =
        |reason: &str, message: &str| json!({"waiting": {"reason": reason, "message": message}});
    let ended = |code: i32, reason: &str, message: &str| json!({"terminated": {"exitCode": code, "reason": reason, "message": message}});
    let cases = [
        (
            container(
                0,
                waiting("ImagePullBackOff", "Back-off pulling image \"nowhere/x:1\""),
                json!({}),
            ),
            "ImagePullBackOff",
            "container chat: Back-off pulling image \"nowhere/x:1\"",
        ),
        (
            container(
                0,
                waiting("CreateContainerConfigError", "secret \"pg\" not found"),
                json!({}),
            ),
            "CreateContainerConfigError",
            "container chat: secret \"pg\" not found",
        ),
        (
            container(
                4,
                waiting("CrashLoopBackOff", "back-off 40s"),
                ended(1, "Error", "starting\nDATABASE_URL: unknown scheme\n"),
            ),
            "CrashLoopBackOff",
            "container chat ended with exit code 1 after 4 restarts: DATABASE_URL: unknown scheme",
        ),
        (
            container(2, waiting("CrashLoopBackOff", "back-off 40s"), json!({})),
            "CrashLoopBackOff",
            "container chat: back-off 40s",
        ),
        (
            container(
                1,
                waiting("CrashLoopBackOff", "back-off"),
                ended(137, "OOMKilled", ""),
            ),
            "OOMKilled",
            "container chat needed more memory than its limit after 1 restart",
        ),
        (
            container(
                3,
                json!({"running": {}}),
                ended(1, "Error", "no such table"),
            ),
            "CrashLoopBackOff",
            "container chat ended with exit code 1 after 3 restarts: no such table",
        ),
        (
            container(0, ended(137, "OOMKilled", ""), json!({})),
            "OOMKilled",
            "container chat needed more memory than its limit",
        ),
        (
            container(0, ended(2, "Error", ""), json!({})),
            "Error",
            "container chat ended with exit code 2",
        ),
        (
            json!({"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False",
                "reason": "Unschedulable", "message": "0/3 nodes are available: 3 Insufficient memory."}]}),
            "Unschedulable",
            "0/3 nodes are available: 3 Insufficient memory.",
        ),
        (
            json!({"phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: memory."}),
            "Evicted",
            "The node was low on resource: memory.",
        ),
    ];
    for (status, reason, message) in cases {
        assert_eq!(
            failure(status),
            Some((reason.to_owned(), message.to_owned()))
        );
    }
}

#[test]
fn what_passes_by_itself_is_no_failure() {
    let fine = [
        json!({}),
        container(
            0,
            json!({"waiting": {"reason": "ContainerCreating"}}),
            json!({}),
        ),
        container(
            0,
            json!({"waiting": {"reason": "PodInitializing"}}),
            json!({}),
        ),
        container(0, json!({"running": {}}), json!({})),
        container(
            1,
            json!({"running": {}}),
            json!({"terminated": {"exitCode": 1}}),
        ),
        container(
            0,
            json!({"terminated": {"exitCode": 0, "reason": "Completed"}}),
            json!({}),
        ),
        json!({"conditions": [{"type": "PodScheduled", "status": "True"}]}),
    ];
    for status in fine {
        assert_eq!(failure(status.clone()), None, "{status}");
    }
}

#[test]
fn an_init_container_is_named() {
    let status = json!({"initContainerStatuses": [{"name": "wait", "image": "", "imageID": "", "ready": false,
        "restartCount": 0, "state": {"waiting": {"reason": "ErrImagePull", "message": "no such host"}}}]});
    assert_eq!(failure(status).unwrap().1, "container wait: no such host");
}
