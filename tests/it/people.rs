//! Profiles and relations between people, as the whole platform and its replicas see them.

use folkmoot_common::ServiceName;
use folkmoot_tests::{
    app::{Answer, Backends, Member, Site, Stores, TestApp, send},
    on_both_backends,
    process::Folkmoot,
};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::statements::{read_cheaply, read_list_cheaply};

async fn put(member: &Member, path: &str) -> Answer {
    send(member.request(Method::PUT, path)).await
}

async fn person(site: &Site, name: &str) -> Value {
    site.get(&format!("/api/users/@{name}")).await.expect(200)
}

fn names(list: &Value) -> Vec<&str> {
    let people = list.as_array().expect("a list").iter();
    people
        .map(|person| person["username"].as_str().expect("a name"))
        .collect()
}

/// Two replicas of identity alone, on the same stores.
async fn replicas(backends: Backends) -> [TestApp; 2] {
    let stores = Stores::new(backends).await;
    let builder = TestApp::on(backends)
        .stores(&stores)
        .services(&[ServiceName::Identity]);
    [builder.clone().start().await, builder.start().await]
}

on_both_backends! {
    async fn a_picture_is_uploaded_and_shown_by_its_address_here(backends: Backends) {
        let app = TestApp::on(backends).start().await;
        let (ann, bob) = (app.register("ann").await, app.register("bob").await);
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        let file = ann.upload("/api/files/upload", "me.png", "image/png", png.clone()).await.expect(201);
        let profile = json!({"display_name": "Ann \u{1f419} </script>", "avatar": file["id"], "website": "https://example.org"});
        let made = send(ann.request(Method::POST, "/api/profile").json(&profile)).await.expect(201);
        assert_eq!(made["avatar_url"], file["url"]);
        let seen = person(app.site(), "ann").await;
        assert_eq!(seen["display_name"], profile["display_name"]);
        let picture = bob.get(seen["avatar_url"].as_str().expect("an address")).await;
        assert_eq!((picture.status.as_u16(), picture.body.as_ref()), (200, png.as_slice()));
        for elsewhere in ["https://evil.example/a.png", "http://169.254.169.254/", "/api/files/../auth/me"] {
            let body = json!({"avatar": elsewhere});
            let answer = send(ann.request(Method::PUT, "/api/profile").json(&body)).await;
            answer.expect_problem(422, "invalid_avatar");
        }
        assert_eq!(person(app.site(), "ann").await["avatar_url"], file["url"]);
        send(ann.request(Method::DELETE, "/api/profile")).await.expect(204);
        ann.get("/api/profile").await.expect_problem(404, "profile_not_found");
    }

    async fn follows_of_many_at_once_at_two_replicas_are_counted_exactly(backends: Backends) {
        let replicas = replicas(backends).await;
        let star = replicas[0].register("star").await;
        let mut fans = Vec::new();
        for number in 0..12 {
            fans.push(replicas[number % 2].register(&format!("fan{number}")).await);
        }
        // Each at both replicas at once, and some change their minds.
        let follows = fans.iter().enumerate().flat_map(|(number, fan)| {
            replicas.iter().map(move |replica| {
                let fan = fan.at(replica.site());
                async move {
                    put(&fan, "/api/users/@star/follow").await.expect(200);
                    if number % 3 == 0 {
                        fan.delete("/api/users/@star/follow").await.expect(200);
                    }
                }
            })
        });
        join_all(follows).await;
        for fan in fans.iter().step_by(3) {
            fan.delete("/api/users/@star/follow").await.expect(200);
        }
        for replica in &replicas {
            assert_eq!(person(replica.site(), "star").await["follower_count"], 8);
        }
        // Read again until the changes have been added up: the number never differs.
        for _ in 0..30 {
            assert_eq!(person(replicas[1].site(), "star").await["follower_count"], 8);
            tokio::task::yield_now().await;
        }
        let mut path = "/api/users/@star/followers?limit=3".to_owned();
        let mut seen = Vec::new();
        loop {
            let page = replicas[1].get(&path).await;
            let list = page.expect(200);
            seen.extend(names(&list).into_iter().map(str::to_owned));
            let Some(next) = page.next_page() else { break };
            path = format!("/api/users/@star/followers{next}");
        }
        seen.sort();
        assert_eq!(seen, ["fan1", "fan10", "fan11", "fan2", "fan4", "fan5", "fan7", "fan8"]);
        star.get("/api/users/me/blocks").await.expect(200);
    }

    async fn no_follow_slips_in_beside_a_block(backends: Backends) {
        let replicas = replicas(backends).await;
        let ann = replicas[0].register("ann").await;
        let bob = replicas[1].register("bob").await;
        for round in 0..12 {
            ann.delete("/api/users/@bob/block").await.expect(200);
            let (blocked, followed, followed_back) = tokio::join!(
                put(&ann, "/api/users/@bob/block"),
                put(&bob, "/api/users/@ann/follow"),
                async { put(&ann.at(replicas[1].site()), "/api/users/@bob/follow").await },
            );
            blocked.expect(200);
            assert!([200, 403].contains(&followed.status.as_u16()), "{}", followed.text());
            assert!([200, 409].contains(&followed_back.status.as_u16()), "{}", followed_back.text());
            let seen = ann.get("/api/users/@bob").await.expect(200);
            assert_eq!(
                seen["relationship"],
                json!({"follows": false, "followed_by": false, "blocks": true, "mutes": false}),
                "round {round}"
            );
            for name in ["ann", "bob"] {
                let person = person(replicas[round % 2].site(), name).await;
                assert_eq!((&person["follower_count"], &person["following_count"]), (&json!(0), &json!(0)), "{name} in round {round}");
            }
        }
        put(&bob, "/api/users/@ann/follow").await.expect_problem(403, "forbidden");
    }

    async fn names_are_found_by_their_beginning_on_either_database(backends: Backends) {
        let app = TestApp::on(backends).services(&[ServiceName::Identity]).start().await;
        let ann = app.register("Ann").await;
        for name in ["ann_b", "ann-a", "ANNa", "anz", "b.a", "Bob"] {
            app.register(name).await;
        }
        for (query, expected) in [
            ("name=ann", vec!["Ann", "ann-a", "ann_b", "ANNa"]),
            ("name=%40ANN_", vec!["ann_b"]),
            ("name=b", vec!["b.a", "Bob"]),
            ("name=ann&limit=2&after=ANN-A", vec!["ann_b", "ANNa"]),
            ("name=%25", vec![]),
            ("name=_", vec![]),
            ("name=%00", vec![]),
            ("name=%27%3B--", vec![]),
        ] {
            let found = ann.get(&format!("/api/users?{query}")).await.expect(200);
            assert_eq!(names(&found), expected, "{query}");
        }
        app.get("/api/users?name=a").await.expect_problem(401, "unauthorized");
    }

    async fn a_mute_hides_and_tells_nobody(backends: Backends) {
        let app = TestApp::on(backends).services(&[ServiceName::Identity]).start().await;
        let (ann, bob) = (app.register("ann").await, app.register("bob").await);
        for _ in 0..2 {
            assert_eq!(put(&ann, "/api/users/@bob/mute").await.expect(200)["mutes"], true);
        }
        assert_eq!(names(&ann.get("/api/users/me/mutes").await.expect(200)), ["bob"]);
        let seen = bob.get("/api/users/@ann").await.expect(200);
        assert_eq!(seen["relationship"], json!({"follows": false, "followed_by": false, "blocks": false, "mutes": false}));
        // It hinders nothing.
        put(&bob, "/api/users/@ann/follow").await.expect(200);
        put(&ann, "/api/users/@bob/follow").await.expect(200);
        ann.delete("/api/users/@bob/mute").await.expect(200);
        assert_eq!(ann.get("/api/users/me/mutes").await.expect(200), json!([]));
    }

    async fn a_list_of_people_costs_at_most_six_statements_on_each_page(backends: Backends) {
        let stores = Stores::new(backends).await;
        let folkmoot = Folkmoot::serve(&[ServiceName::Identity]).stores(&stores).log_statements().start().await;
        let star = folkmoot.register("star").await;
        for number in 0..12 {
            let fan = folkmoot.register(&format!("fan{number}")).await;
            put(&fan, "/api/users/@star/follow").await.expect(200);
            put(&star, &format!("/api/users/@fan{number}/mute")).await.expect(200);
        }
        for list in ["/api/users/@star/followers", "/api/users/me/mutes", "/api/users?name=fan"] {
            assert_eq!(read_list_cheaply(&folkmoot, &star, list, 9).await, 4, "{list}");
        }
        for path in ["/api/users/@fan1", "/api/users/me", "/api/users/@star/following"] {
            read_cheaply(&folkmoot, &star, path).await;
        }
    }
}
