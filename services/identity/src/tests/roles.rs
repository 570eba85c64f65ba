//! Roles: the first admin, granting and revoking, and who stays admin.

use std::sync::Arc;

use folkmoot_common::bus::ConsumerSpec;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{Answer, Identity, PASSWORD};
use crate::events::{ROLES_CHANGED, RolesChanged};

async fn set(identity: &Identity, by: &Answer, method: &str, whom: &Answer, role: &str) -> Answer {
    let path = format!(
        "/api/users/{}/roles/{role}",
        whom.body["user"]["id"].as_str().unwrap()
    );
    identity
        .by(by.text("access_token"), method, &path, None)
        .await
}

async fn create(identity: &Identity, by: &Answer, body: Value) -> Answer {
    identity
        .by(
            by.text("access_token"),
            "POST",
            "/api/users/roles",
            Some(body),
        )
        .await
}

#[tokio::test]
async fn of_many_who_register_at_once_one_is_admin() {
    let identity = Arc::new(Identity::with(&[], &["--registration-limit-per-address", "0"]).await);
    let attempts: Vec<_> = (0..12)
        .map(|number| {
            let identity = identity.clone();
            tokio::spawn(async move { identity.register(&format!("user{number}")).await })
        })
        .collect();
    let mut admins = 0;
    for attempt in attempts {
        let answer = attempt.await.unwrap();
        let roles = answer.body["user"]["roles"].as_array().unwrap().len();
        admins += roles - 1;
    }
    assert_eq!(admins, 1);
}

#[tokio::test]
async fn an_admin_makes_roles_and_grants_them_and_old_tokens_end() {
    let identity = Identity::start().await;
    let (sender, mut events) = mpsc::unbounded_channel();
    let spec = ConsumerSpec {
        durable: "test",
        types: &[ROLES_CHANGED],
    };
    identity.ctx.bus.consume(spec, move |event| {
        let sender = sender.clone();
        async move { Ok(sender.send(event)?) }
    });
    identity.ctx.bus.start();
    let ann = identity.register("ann").await;
    let bob = identity.register("bob").await;

    let made = create(
        &identity,
        &ann,
        json!({"name": "staff", "description": "The team."}),
    )
    .await;
    assert_eq!(made.status, 201);
    assert_eq!(
        made.body,
        json!({"name": "staff", "description": "The team.", "built_in": false})
    );
    let again = create(&identity, &ann, json!({"name": "staff"})).await;
    assert_eq!(again.problem(), (409, "role_exists"));
    let granted = set(&identity, &ann, "PUT", &bob, "staff").await;
    assert_eq!(
        granted.body["roles"],
        json!(["member", "staff"]),
        "{granted:?}"
    );
    let told: RolesChanged = events.recv().await.unwrap().parse().unwrap();
    assert_eq!(told.roles, ["member", "staff"]);
    assert_eq!(told.changed_by.as_deref(), ann.body["user"]["id"].as_str());

    // The token of before says what is not so any more; a new one counts in the same second.
    let old = identity
        .get("/api/auth/validate", Some(bob.text("access_token")))
        .await;
    assert_eq!(old.problem(), (401, "unauthorized"));
    let refreshed = identity.refresh(bob.text("refresh_token")).await;
    assert_eq!(refreshed.body["user"]["roles"], json!(["member", "staff"]));
    let now = identity
        .get("/api/auth/validate", Some(refreshed.text("access_token")))
        .await;
    assert_eq!(
        (now.status.as_u16(), now.header("x-roles")),
        (200, "member,staff")
    );

    // Again changes nothing, and ends no token.
    assert_eq!(set(&identity, &ann, "PUT", &bob, "staff").await.status, 200);
    let still = identity
        .get("/api/auth/validate", Some(refreshed.text("access_token")))
        .await;
    assert_eq!(still.status, 200);
    let revoked = set(&identity, &ann, "DELETE", &bob, "staff").await;
    assert_eq!(revoked.body["roles"], json!(["member"]));
    let told: RolesChanged = events.recv().await.unwrap().parse().unwrap();
    assert_eq!(told.roles, ["member"]);

    let token = ann.text("access_token");
    let roles = identity.get("/api/users/roles", Some(token)).await;
    let names: Vec<_> = roles
        .body
        .as_array()
        .unwrap()
        .iter()
        .map(|role| role["name"].clone())
        .collect();
    assert_eq!(names, ["admin", "member", "moderator", "staff"]);
    let admins = identity.get("/api/users/roles/admin", Some(token)).await;
    assert_eq!(admins.body[0]["username"], "ann");
    assert_eq!(admins.body.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn only_an_admin_does_that_and_by_what_is_so_now() {
    let identity = Identity::start().await;
    let ann = identity.register("ann").await;
    let bob = identity.register("bob").await;
    let forbidden = (403, "forbidden");
    assert_eq!(
        set(&identity, &bob, "PUT", &bob, "admin").await.problem(),
        forbidden
    );
    assert_eq!(
        create(&identity, &bob, json!({"name": "staff"}))
            .await
            .problem(),
        forbidden
    );
    for path in ["/api/users/roles", "/api/users/roles/admin"] {
        let token = bob.text("access_token");
        assert_eq!(
            identity.get(path, Some(token)).await.problem(),
            forbidden,
            "{path}"
        );
        assert_eq!(
            identity.get(path, None).await.problem(),
            (401, "unauthorized"),
            "{path}"
        );
    }
    set(&identity, &ann, "PUT", &bob, "moderator").await;
    let moderator = identity.login("bob", PASSWORD).await;
    assert_eq!(
        set(&identity, &moderator, "PUT", &bob, "admin")
            .await
            .problem(),
        forbidden
    );
    let listed = identity
        .get("/api/users/roles", Some(moderator.text("access_token")))
        .await;
    assert_eq!(listed.status, 200);

    assert_eq!(
        set(&identity, &ann, "PUT", &bob, "nothing").await.problem(),
        (404, "role_not_found")
    );
    let nobody = format!("/api/users/{}/roles/admin", uuid::Uuid::nil());
    let answer = identity
        .by(ann.text("access_token"), "PUT", &nobody, None)
        .await;
    assert_eq!(answer.problem(), (404, "user_not_found"));
    assert_eq!(
        set(&identity, &ann, "DELETE", &bob, "member")
            .await
            .problem(),
        (409, "role_is_fixed")
    );
    for bad in [
        "",
        "a",
        "Staff",
        "st aff",
        "-x",
        "x-",
        "9x",
        "a,b",
        "ä",
        &"x".repeat(33),
    ] {
        let answer = create(&identity, &ann, json!({"name": bad})).await;
        assert_eq!(answer.problem(), (422, "invalid_role"), "{bad:?}");
    }
    for body in [
        json!({"name": "staff", "built_in": true}),
        json!({"name": {"$ne": ""}}),
        json!([]),
    ] {
        let answer = create(&identity, &ann, body.clone()).await;
        assert_eq!(answer.problem(), (422, "invalid_body"), "{body}");
    }
}

#[tokio::test]
async fn somebody_stays_admin_also_when_two_go_at_once() {
    let identity = Arc::new(Identity::start().await);
    let ann = identity.register("ann").await;
    let bob = identity.register("bob").await;
    let last = (409, "last_admin");
    assert_eq!(
        set(&identity, &ann, "DELETE", &ann, "admin")
            .await
            .problem(),
        last
    );
    assert_eq!(set(&identity, &ann, "PUT", &bob, "admin").await.status, 200);
    let bob = Arc::new(identity.login("bob", PASSWORD).await);
    let ann = Arc::new(ann);
    let attempts = [(ann.clone(), bob.clone()), (bob.clone(), ann.clone())].map(|(by, whom)| {
        let identity = identity.clone();
        tokio::spawn(async move { set(&identity, &by, "DELETE", &whom, "admin").await })
    });
    let mut done = 0;
    for attempt in attempts {
        let answer = attempt.await.unwrap();
        done += usize::from(answer.status == 200);
    }
    assert_eq!(done, 1);
}

#[tokio::test]
async fn the_last_admin_cannot_leave() {
    let identity = Identity::start().await;
    let ann = identity.register("ann").await;
    let bob = identity.register("bob").await;
    let leave = async |whom: &Answer| {
        let body = Some(json!({"password": PASSWORD}));
        let token = whom.text("access_token");
        identity.by(token, "DELETE", "/api/users/me", body).await
    };
    assert_eq!(leave(&ann).await.problem(), (409, "last_admin"));
    let granted = set(&identity, &ann, "PUT", &bob, "admin").await;
    assert_eq!(granted.status, 200);
    assert_eq!(leave(&ann).await.status, 204);
    assert_eq!(
        identity.login("ann", PASSWORD).await.problem(),
        (401, "invalid_credentials")
    );
}

#[tokio::test]
async fn an_account_that_the_version_before_made_is_a_member_all_the_same() {
    let identity = Identity::start().await;
    let ann = identity.register("ann").await;
    let bob = identity.register("bob").await;
    identity.app.store.forget_roles_of("bob").await.unwrap();
    let granted = set(&identity, &ann, "PUT", &bob, "moderator").await;
    assert_eq!(granted.body["roles"], json!(["member", "moderator"]));
}

#[tokio::test]
async fn a_script_is_what_its_token_says() {
    let identity = Identity::start().await;
    let bob = identity.register("bob").await;
    let ctx = &identity.ctx;
    let mint = |user_id: &str, roles: &[&str]| {
        let grant = crate::token::Grant {
            user_id: user_id.to_owned(),
            username: "robot".to_owned(),
            roles: roles.iter().map(ToString::to_string).collect(),
            session_id: None,
            lifetime: chrono::TimeDelta::hours(1),
        };
        crate::token::mint(&identity.app.keys, &ctx.clock, &ctx.ids, grant).unwrap()
    };
    let path = format!(
        "/api/users/{}/roles/moderator",
        bob.body["user"]["id"].as_str().unwrap()
    );
    let by_member = identity
        .by(&mint("robot", &["member"]), "PUT", &path, None)
        .await;
    assert_eq!(by_member.problem(), (403, "forbidden"));
    let by_admin = identity
        .by(&mint("robot", &["admin"]), "PUT", &path, None)
        .await;
    assert_eq!(by_admin.status, 200);
}
