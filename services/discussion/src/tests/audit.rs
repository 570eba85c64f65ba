use folkmoot_common::{
    bus::Event,
    events::identity::{ROLES_CHANGED, USER_BANNED, USER_UNBANNED},
};
use serde_json::{Value, json};

use super::{Discussion, texts};
use crate::reports;

async fn hear(forum: &Discussion, event: &Event) {
    reports::write_down(&forum.state.store, event)
        .await
        .unwrap();
}

fn banned(forum: &Discussion) -> Event {
    let data = json!({
        "user_id": "id-eve", "username": "eve", "moderator_id": "id-mod", "moderator_name": "mod",
        "reason": "advertisements", "until": null, "banned_at": forum.state.ctx.clock.now(),
    });
    forum.event(USER_BANNED, data)
}

#[tokio::test]
async fn what_moderators_do_to_accounts_is_written_down_once() {
    let forum = Discussion::start().await;
    let moderator = forum.person("mod", &["moderator"]);
    let now = forum.state.ctx.clock.now();
    let banned = banned(&forum);
    forum.tick();
    let unbanned = forum.event(
        USER_UNBANNED,
        json!({"user_id": "id-eve", "username": "eve", "moderator_id": "id-mod", "moderator_name": "mod", "unbanned_at": now}),
    );
    forum.tick();
    let changed = |by: Option<&str>| {
        let data = json!({"user_id": "id-eve", "roles": ["member", "staff"], "changed_by": by, "changed_at": now});
        forum.event(ROLES_CHANGED, data)
    };
    let (by_shell, by_admin) = (changed(None), changed(Some("id-root")));
    // In any order, and again.
    for event in [&unbanned, &by_admin, &banned, &by_shell, &banned, &unbanned] {
        hear(&forum, event).await;
    }
    let log = forum.get(&moderator, "/api/audit-log").await.expect(200);
    assert_eq!(
        texts(&log, "action"),
        [
            "user.roles_changed",
            "user.roles_changed",
            "user.unbanned",
            "user.banned"
        ]
    );
    assert_eq!(
        log[3]["actor"],
        json!({"user_id": "id-mod", "username": "mod"})
    );
    assert_eq!(
        (
            &log[3]["target_type"],
            &log[3]["target_id"],
            &log[3]["detail"]["reason"]
        ),
        (&json!("user"), &json!("id-eve"), &json!("advertisements"))
    );
    assert_eq!(
        log[1]["actor"],
        json!({"user_id": "shell", "username": "shell"})
    );
    assert_eq!(log[0]["actor"]["user_id"], "id-root");
    let of_eve = forum
        .get(&moderator, "/api/audit-log?target=id-eve&actor=id-mod")
        .await;
    assert_eq!(of_eve.expect(200).as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn events_of_another_shape_are_passed_over() {
    let forum = Discussion::start().await;
    for data in [Value::Null, json!({}), json!({"user_id": 7}), json!([])] {
        for r#type in [
            USER_BANNED,
            USER_UNBANNED,
            ROLES_CHANGED,
            "identity.user.sang",
        ] {
            hear(&forum, &forum.event(r#type, data.clone())).await;
        }
    }
    let moderator = forum.person("mod", &["moderator"]);
    let log = forum.get(&moderator, "/api/audit-log").await;
    assert_eq!(log.expect(200), json!([]));
}

#[tokio::test]
async fn a_moderator_sees_what_was_done_where_they_may_read() {
    let forum = Discussion::start().await;
    forum.category("staff-room", Some("staff"), None).await;
    let both = forum.person("both", &["moderator", "staff"]);
    let moderator = forum.person("mod", &["moderator"]);
    let admin = forum.person("root", &["admin"]);
    let author = forum.person("sue", &["member", "staff"]);
    let thread = forum.thread_in(&author, "zanzibarium", "staff-room").await;
    let reply = forum.comment(&author, &thread, "zanzibarium", None).await;
    for path in [
        format!("/api/comments/{reply}"),
        format!("/api/threads/{thread}"),
    ] {
        forum.delete(&both, &path).await.expect(204);
    }
    let log = forum.get(&moderator, "/api/audit-log").await.expect(200);
    assert_eq!(log, json!([]));
    let log = forum.get(&both, "/api/audit-log").await.expect(200);
    assert_eq!(
        texts(&log, "action"),
        ["thread.deleted", "comment.deleted", "category.created"]
    );
    // Those of a category that is gone are for admins.
    forum.category("short-lived", None, None).await;
    forum
        .delete(&admin, "/api/categories/short-lived")
        .await
        .expect(204);
    let log = forum.get(&moderator, "/api/audit-log").await.expect(200);
    assert_eq!(log, json!([]));
    let log = forum.get(&admin, "/api/audit-log").await.expect(200);
    assert_eq!(log.as_array().unwrap().len(), 5);
}
