//! What other replicas tell, and who they are.

use super::*;
use crate::live::ServerFrame;

#[test]
fn frames_have_the_names_of_the_document() {
    let id = Uuid::from_u128(7);
    for (frame, text) in [
        (ServerFrame::Ready, json!({"type": "ready"})),
        (
            ServerFrame::ThreadDeleted { thread_id: id },
            json!({"type": "thread.deleted", "thread_id": id}),
        ),
        (
            ServerFrame::ThreadLikeUpdated {
                thread_id: id,
                like_count: 3,
            },
            json!({"type": "thread.like.updated", "thread_id": id, "like_count": 3}),
        ),
    ] {
        let found: Value = serde_json::from_str(&frame.text().unwrap()).unwrap();
        assert_eq!(found, text);
    }
}
