//! Profiles, and who follows, blocks and mutes whom.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use folkmoot_common::{
    bus::{ConsumerSpec, Event},
    clock::Clock as _,
};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{Answer, Identity};
use crate::events;

/// Somebody with an account and a token.
pub(super) struct Member {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) token: String,
}

const ALL: [&str; 8] = [
    events::PROFILE_UPDATED,
    events::FOLLOW_CREATED,
    events::FOLLOW_DELETED,
    events::BLOCK_CREATED,
    events::BLOCK_DELETED,
    events::MUTE_CREATED,
    events::MUTE_DELETED,
    events::USER_DELETED,
];

impl Identity {
    pub(super) async fn member(&self, username: &str) -> Member {
        let answer = self.register(username).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        Member {
            id: answer.body["user"]["id"]
                .as_str()
                .expect("an id")
                .to_owned(),
            name: username.to_owned(),
            token: answer.text("access_token").to_owned(),
        }
    }

    pub(super) async fn call(
        &self,
        method: Method,
        path: &str,
        member: Option<&Member>,
        body: Option<Value>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(member) = member {
            let token = format!("Bearer {}", member.token);
            request = request.header(header::AUTHORIZATION, token);
        }
        let body = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.send(request.body(body).expect("a request")).await
    }

    async fn put(&self, member: &Member, path: &str) -> Answer {
        self.call(Method::PUT, path, Some(member), None).await
    }

    async fn delete(&self, member: &Member, path: &str) -> Answer {
        self.call(Method::DELETE, path, Some(member), None).await
    }

    async fn read(&self, member: &Member, path: &str) -> Value {
        let answer = self.get(path, Some(&member.token)).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.body
    }

    async fn put_profile(&self, member: &Member, body: Value) -> Answer {
        self.call(Method::PUT, "/api/profile", Some(member), Some(body))
            .await
    }

    /// What is told from now on.
    pub(super) fn hear(&self) -> mpsc::UnboundedReceiver<Event> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let spec = ConsumerSpec {
            durable: "test",
            types: &ALL,
        };
        self.ctx.bus.consume(spec, move |event| {
            std::future::ready(sender.send(event).map_err(Into::into))
        });
        self.ctx.bus.start();
        receiver
    }
}

async fn next(events: &mut mpsc::UnboundedReceiver<Event>) -> (String, Value) {
    let received = tokio::time::timeout(Duration::from_secs(10), events.recv()).await;
    let event = received.expect("an event in time").expect("an event");
    (event.r#type, event.data)
}

fn names(list: &Value) -> Vec<&str> {
    let people = list.as_array().expect("a list").iter();
    people
        .map(|person| person["username"].as_str().expect("a name"))
        .collect()
}

#[tokio::test]
async fn a_profile_is_made_replaced_and_removed_and_told_each_time() {
    let identity = Identity::start().await;
    let mut told = identity.hear();
    let ann = identity.member("Ann").await;
    let profile = |method, body| identity.call(method, "/api/profile", Some(&ann), body);
    assert_eq!(
        profile(Method::GET, None).await.problem(),
        (404, "profile_not_found")
    );
    assert_eq!(
        profile(Method::DELETE, None).await.problem(),
        (404, "profile_not_found")
    );

    let file = "01937f2e-0000-7000-8000-000000000000";
    let body = json!({"display_name": " Ann of the Hill ", "bio": "two\nlines", "website": "HTTPS://Example.org",
        "location": "Þingvellir", "avatar": file});
    let made = profile(Method::POST, Some(body.clone())).await;
    assert_eq!(made.status, 201, "{made:?}");
    let expected = json!({"user_id": ann.id, "username": "Ann", "display_name": "Ann of the Hill", "bio": "two\nlines",
        "website": "https://example.org/", "location": "Þingvellir", "avatar_url": format!("/api/files/{file}/download"),
        "created_at": identity.clock.now(), "updated_at": identity.clock.now()});
    assert_eq!(made.body, expected);
    assert_eq!(profile(Method::GET, None).await.body, expected);
    let again = profile(Method::POST, Some(body)).await;
    assert_eq!(again.problem(), (409, "profile_exists"));
    let (event, data) = next(&mut told).await;
    assert_eq!(event, events::PROFILE_UPDATED);
    assert_eq!(
        data,
        json!({"user_id": ann.id, "username": "Ann", "display_name": "Ann of the Hill",
            "avatar_url": format!("/api/files/{file}/download"), "updated_at": identity.clock.now()})
    );

    // All of it is replaced: what is left out is shown no more.
    let made_at = identity.clock.now();
    identity.advance(60);
    let replaced = identity.put_profile(&ann, json!({"bio": "new"})).await;
    assert_eq!(replaced.status, 200);
    assert_eq!(replaced.body["bio"], "new");
    assert_eq!(replaced.body["avatar_url"], Value::Null);
    assert_eq!(replaced.body["created_at"], json!(made_at));
    assert_eq!(replaced.body["updated_at"], json!(identity.clock.now()));
    assert_eq!(next(&mut told).await.1["avatar_url"], Value::Null);

    assert_eq!(profile(Method::DELETE, None).await.status, 204);
    assert_eq!(profile(Method::GET, None).await.status, 404);
    assert_eq!(next(&mut told).await.1["display_name"], Value::Null);
    let person = identity.get("/api/users/@ann", None).await;
    assert_eq!(person.body["username"], "Ann");
    assert_eq!(person.body["bio"], Value::Null);
    let fresh = identity.put_profile(&ann, json!({})).await;
    assert_eq!(fresh.status, 201);
}

#[tokio::test]
async fn what_is_said_of_oneself_comes_back_as_data() {
    let identity = Identity::start().await;
    let ann = identity.member("ann").await;
    for text in [
        r#""><img src=x onerror=alert(1)>"#,
        "</script><script>alert(1)</script>",
        "{{constructor.constructor('alert(1)')()}}",
        "' or 1=1; drop table users; --",
        "javascript:alert(1)",
        "%00 %0d%0a \\u0000",
    ] {
        let body = json!({"display_name": text, "bio": text, "location": text});
        let answer = identity.put_profile(&ann, body).await;
        assert!(answer.status.is_success(), "{answer:?}");
        let person = identity.get(&format!("/api/users/{}", ann.id), None).await;
        assert_eq!(person.header("content-type"), "application/json");
        for field in ["display_name", "bio", "location"] {
            assert_eq!(person.body[field], text, "{field}");
        }
        let found = identity.read(&ann, "/api/users?name=an").await;
        assert_eq!(found[0]["display_name"], text);
    }
}

#[tokio::test]
async fn what_a_profile_may_not_hold_is_refused_by_name_and_changes_nothing() {
    let identity = Identity::start().await;
    let ann = identity.member("ann").await;
    identity.put_profile(&ann, json!({"bio": "mine"})).await;
    let long = "x".repeat(5000);
    for (body, code) in [
        (
            json!({"display_name": "x".repeat(65)}),
            "invalid_display_name",
        ),
        (
            json!({"display_name": "a\u{202e}b"}),
            "invalid_display_name",
        ),
        (
            json!({"display_name": "two\nlines"}),
            "invalid_display_name",
        ),
        (json!({"bio": long}), "invalid_bio"),
        (json!({"bio": "a\u{0}b"}), "invalid_bio"),
        (json!({"location": "a\tb"}), "invalid_location"),
        (json!({"website": "javascript:alert(1)"}), "invalid_website"),
        (
            json!({"website": "&#x6a;avascript:alert(1)"}),
            "invalid_website",
        ),
        (
            json!({"website": "\tjava\nscript:alert(1)"}),
            "invalid_website",
        ),
        (json!({"website": "data:text/html,x"}), "invalid_website"),
        (
            json!({"website": "https://a@evil.example"}),
            "invalid_website",
        ),
        (
            json!({"avatar": "https://evil.example/a.png"}),
            "invalid_avatar",
        ),
        (
            json!({"avatar": "http://169.254.169.254/"}),
            "invalid_avatar",
        ),
        (json!({"avatar": "/api/files/../auth/me"}), "invalid_avatar"),
        // What is not one's to set.
        (
            json!({"user_id": "00000000-0000-7000-8000-000000000000"}),
            "invalid_body",
        ),
        (json!({"username": "admin"}), "invalid_body"),
        (json!({"roles": ["admin"]}), "invalid_body"),
        (
            json!({"avatar_url": "https://evil.example/a.png"}),
            "invalid_body",
        ),
        (json!({"follower_count": 1_000_000}), "invalid_body"),
        (
            json!({"created_at": "2000-01-01T00:00:00Z"}),
            "invalid_body",
        ),
        (json!({"email": "a@example.org"}), "invalid_body"),
        (json!({"bio": {"$ne": ""}}), "invalid_body"),
        (json!({"bio": ["a"]}), "invalid_body"),
        (json!([]), "invalid_body"),
        (json!("x"), "invalid_body"),
    ] {
        let answer = identity.put_profile(&ann, body.clone()).await;
        assert_eq!(answer.problem(), (422, code), "{body}");
    }
    let profile = identity.read(&ann, "/api/profile").await;
    assert_eq!(profile["bio"], "mine");
    for method in [Method::POST, Method::GET, Method::PUT, Method::DELETE] {
        let answer = identity
            .call(method, "/api/profile", None, Some(json!({})))
            .await;
        assert_eq!(answer.problem(), (401, "unauthorized"));
    }
}

#[tokio::test]
async fn anybody_may_read_who_somebody_is_and_nothing_more() {
    let identity = Identity::start().await;
    let ann = identity.member("Ann").await;
    for path in [
        format!("/api/users/{}", ann.id),
        "/api/users/@ann".to_owned(),
        "/api/users/@ANN".to_owned(),
    ] {
        let person = identity.get(&path, None).await;
        assert_eq!(person.status, 200, "{path}");
        let members: Vec<_> = person.body.as_object().expect("an object").keys().collect();
        let expected = [
            "avatar_url",
            "bio",
            "created_at",
            "display_name",
            "follower_count",
            "following_count",
            "location",
            "relationship",
            "user_id",
            "username",
            "website",
        ];
        assert_eq!(members, expected);
    }
    assert_eq!(
        identity.read(&ann, "/api/users/me").await["user_id"],
        ann.id
    );
    assert_eq!(identity.get("/api/users/me", None).await.status, 401);
    for nobody in [
        "@bob",
        "ann",
        "@",
        "..%2f..%2fetc",
        "%2e%2e",
        "@..%2fann",
        "@ann%00",
        "@%C3%A4nn",
        "00000000-0000-7000-8000-000000000000",
        "1",
        "null",
        "@ann%20",
        "'%20or%201=1",
    ] {
        for list in ["", "/followers", "/following"] {
            let answer = identity
                .get(&format!("/api/users/{nobody}{list}"), None)
                .await;
            assert_eq!(answer.problem(), (404, "user_not_found"), "{nobody}{list}");
        }
    }
    let invalid = identity.get("/api/users/%ff", None).await;
    assert_eq!(invalid.status, 400);

    let closed = Identity::with(&["--public-read", "no"], &[]).await;
    let ann = closed.member("ann").await;
    for path in [
        "/api/users/@ann",
        "/api/users/@ann/followers",
        "/api/users/@bob",
    ] {
        assert_eq!(
            closed.get(path, None).await.problem(),
            (401, "unauthorized")
        );
    }
    closed.read(&ann, "/api/users/@ann").await;
}

#[tokio::test]
async fn following_is_counted_once_and_told_once() {
    let identity = Identity::start().await;
    let mut told = identity.hear();
    let (ann, bob) = (identity.member("ann").await, identity.member("bob").await);
    let path = format!("/api/users/{}/follow", bob.id);
    for way in 0..3 {
        let answer = identity.put(&ann, &path).await;
        assert_eq!(answer.status, 200, "{way}");
        assert_eq!(
            answer.body,
            json!({"follows": true, "followed_by": false, "blocks": false, "mutes": false})
        );
    }
    let (event, data) = next(&mut told).await;
    assert_eq!(event, events::FOLLOW_CREATED);
    assert_eq!(
        data,
        json!({"user_id": ann.id, "username": "ann", "target_id": bob.id, "changed_at": identity.clock.now()})
    );
    let counts = async |member: &Member| {
        let person = identity
            .read(&ann, &format!("/api/users/{}", member.id))
            .await;
        (
            person["follower_count"].clone(),
            person["following_count"].clone(),
        )
    };
    assert_eq!(counts(&bob).await, (json!(1), json!(0)));
    assert_eq!(counts(&ann).await, (json!(0), json!(1)));
    // The same after the changes were added up.
    while identity
        .app
        .store
        .fold_follow_changes()
        .await
        .expect("added up")
    {}
    assert_eq!(counts(&bob).await, (json!(1), json!(0)));
    assert_eq!(counts(&ann).await, (json!(0), json!(1)));
    let seen = identity.read(&bob, "/api/users/@ann").await;
    assert_eq!(seen["relationship"]["followed_by"], true);

    // The other spelling of 004, by name.
    identity.advance(1);
    for _ in 0..2 {
        let answer = identity.delete(&ann, "/api/users/follow/@BOB").await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["follows"]),
            (200, &json!(false))
        );
    }
    assert_eq!(next(&mut told).await.0, events::FOLLOW_DELETED);
    let answer = identity
        .call(Method::POST, "/api/users/follow/@bob", Some(&ann), None)
        .await;
    assert_eq!(answer.body["follows"], true);
    assert_eq!(next(&mut told).await.0, events::FOLLOW_CREATED);
    while identity
        .app
        .store
        .fold_follow_changes()
        .await
        .expect("added up")
    {}
    assert_eq!(counts(&bob).await, (json!(1), json!(0)));
    assert!(told.try_recv().is_err(), "nothing more is told");
}

#[tokio::test]
async fn nobody_is_related_to_themself_or_to_nobody() {
    let identity = Identity::start().await;
    let ann = identity.member("ann").await;
    for kind in ["follow", "block", "mute"] {
        for own in ["me".to_owned(), "@Ann".to_owned(), ann.id.clone()] {
            let answer = identity
                .put(&ann, &format!("/api/users/{own}/{kind}"))
                .await;
            assert_eq!(answer.problem(), (422, "invalid_target"), "{own} {kind}");
        }
        for nobody in [
            "@bob",
            "00000000-0000-7000-8000-000000000000",
            "..%2fx",
            "bob",
        ] {
            let path = format!("/api/users/{nobody}/{kind}");
            for answer in [
                identity.put(&ann, &path).await,
                identity.delete(&ann, &path).await,
            ] {
                assert_eq!(answer.problem(), (404, "user_not_found"), "{path}");
            }
        }
        let answer = identity
            .call(Method::PUT, &format!("/api/users/@ann/{kind}"), None, None)
            .await;
        assert_eq!(answer.problem(), (401, "unauthorized"));
    }
}

#[tokio::test]
async fn a_block_ends_follows_both_ways_and_the_blocked_learn_nothing() {
    let identity = Identity::start().await;
    let mut told = identity.hear();
    let (ann, bob) = (identity.member("ann").await, identity.member("bob").await);
    identity.put(&ann, "/api/users/@bob/follow").await;
    identity.put(&bob, "/api/users/@ann/follow").await;
    identity.put(&bob, "/api/users/@ann/mute").await;
    identity.advance(1);
    for _ in 0..2 {
        let blocked = identity.put(&ann, "/api/users/@bob/block").await;
        assert_eq!(
            blocked.body,
            json!({"follows": false, "followed_by": false, "blocks": true, "mutes": false})
        );
    }
    let mut heard = Vec::new();
    for _ in 0..6 {
        heard.push(next(&mut told).await);
    }
    let kinds: Vec<_> = heard[3..].iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(
        kinds,
        [
            events::FOLLOW_DELETED,
            events::FOLLOW_DELETED,
            events::BLOCK_CREATED
        ]
    );
    assert_eq!(
        (&heard[4].1["user_id"], &heard[4].1["username"]),
        (&json!(bob.id), &json!("bob"))
    );

    let refused = identity.put(&bob, "/api/users/@ann/follow").await;
    assert_eq!(refused.problem(), (403, "forbidden"));
    assert!(
        !refused.body.to_string().contains("block"),
        "{}",
        refused.body
    );
    let own = identity.put(&ann, "/api/users/@bob/follow").await;
    assert_eq!(own.problem(), (409, "blocked"));
    let seen = identity.read(&bob, "/api/users/@ann").await;
    assert_eq!(
        seen["relationship"],
        json!({"follows": false, "followed_by": false, "blocks": false, "mutes": true})
    );
    for (list, of) in [
        ("followers", "ann"),
        ("following", "ann"),
        ("followers", "bob"),
    ] {
        let path = format!("/api/users/@{of}/{list}");
        assert_eq!(identity.read(&ann, &path).await, json!([]), "{path}");
    }
    // Who blocks is not offered to be mentioned; who is blocked is.
    assert_eq!(
        names(&identity.read(&bob, "/api/users?name=a").await),
        [""; 0]
    );
    assert_eq!(
        names(&identity.read(&ann, "/api/users?name=b").await),
        ["bob"]
    );
    assert_eq!(
        names(&identity.read(&ann, "/api/users/me/blocks").await),
        ["bob"]
    );
    assert_eq!(
        names(&identity.read(&bob, "/api/users/me/blocks").await),
        [""; 0]
    );
    assert_eq!(
        names(&identity.read(&bob, "/api/users/me/mutes").await),
        ["ann"]
    );

    identity.delete(&ann, "/api/users/@bob/block").await;
    assert_eq!(next(&mut told).await.0, events::BLOCK_DELETED);
    assert_eq!(
        identity.read(&ann, "/api/users/@bob").await["follower_count"],
        0
    );
    assert_eq!(
        identity.put(&bob, "/api/users/@ann/follow").await.status,
        200
    );
    assert_eq!(
        identity.read(&ann, "/api/users/@ann").await["follower_count"],
        1
    );
}

#[tokio::test]
async fn lists_of_people_are_whole_over_their_pages() {
    let identity = Identity::start().await;
    let star = identity.member("star").await;
    let mut expected = Vec::new();
    for number in 0..7 {
        let fan = identity.member(&format!("fan{number}")).await;
        identity.put(&fan, "/api/users/@star/follow").await;
        expected.insert(0, fan.name);
    }
    let mut path = "/api/users/@star/followers?limit=3".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = identity.get(&path, None).await;
        seen.extend(names(&page.body).into_iter().map(str::to_owned));
        let link = page.header("link");
        let Some(query) = link
            .strip_prefix("<?")
            .and_then(|rest| rest.split_once('>'))
        else {
            break;
        };
        path = format!("/api/users/@star/followers?{}", query.0);
    }
    assert_eq!(seen, expected);
    for (query, code) in [
        ("limit=0", "invalid_limit"),
        ("limit=201", "invalid_limit"),
        ("after=1", "invalid_cursor"),
        ("after=%27", "invalid_cursor"),
    ] {
        for list in [
            "@star/followers",
            "@star/following",
            "me/blocks",
            "me/mutes",
        ] {
            let answer = identity
                .get(&format!("/api/users/{list}?{query}"), Some(&star.token))
                .await;
            assert_eq!(answer.problem(), (400, code), "{list} {query}");
        }
    }
}

#[tokio::test]
async fn names_are_found_by_their_beginning_in_any_case() {
    let identity = Identity::start().await;
    let ann = identity.member("Ann").await;
    for name in ["ann_b", "ann-a", "anna", "ANZ", "bob", "an.x"] {
        identity.member(name).await;
    }
    for (query, expected) in [
        ("name=ann", vec!["Ann", "ann-a", "ann_b", "anna"]),
        ("name=%40ANN", vec!["Ann", "ann-a", "ann_b", "anna"]),
        ("name=ann_", vec!["ann_b"]),
        ("name=an.", vec!["an.x"]),
        (
            "name=an",
            vec!["an.x", "Ann", "ann-a", "ann_b", "anna", "ANZ"],
        ),
        ("name=ann&limit=2", vec!["Ann", "ann-a"]),
        ("name=ann&limit=2&after=ann-a", vec!["ann_b", "anna"]),
        ("name=%25", vec![]),
        ("name=a%25", vec![]),
        ("name=%27%20or%201%3D1", vec![]),
        ("name=%00", vec![]),
        ("name=zo%C3%AB", vec![]),
    ] {
        let found = identity.read(&ann, &format!("/api/users?{query}")).await;
        assert_eq!(names(&found), expected, "{query}");
    }
    let page = identity
        .get("/api/users?name=ann&limit=2", Some(&ann.token))
        .await;
    assert_eq!(
        page.header("link"),
        "<?name=ann&limit=2&after=ann%2Da>; rel=\"next\""
    );
    assert_eq!(identity.get("/api/users?name=a", None).await.status, 401);
    let wrong = identity.get("/api/users?after=%27", Some(&ann.token)).await;
    assert_eq!(wrong.problem(), (400, "invalid_cursor"));
}

#[tokio::test]
async fn changes_of_one_account_are_limited() {
    let identity = Identity::start().await;
    let (ann, bob) = (identity.member("ann").await, identity.member("bob").await);
    for _ in 0..60 {
        assert_eq!(
            identity.put(&ann, "/api/users/@bob/follow").await.status,
            200
        );
    }
    let refused = identity.put(&ann, "/api/users/@bob/follow").await;
    assert_eq!(refused.problem(), (429, "rate_limited"));
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(identity.put_profile(&ann, json!({})).await.status, 429);
    assert_eq!(
        identity.put(&bob, "/api/users/@ann/follow").await.status,
        200
    );
    identity.advance(1);
    assert_eq!(
        identity.put(&ann, "/api/users/@bob/follow").await.status,
        200
    );
}
