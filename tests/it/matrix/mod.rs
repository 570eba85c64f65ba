//! Role × object × verb: every route of the OpenAPI documents, asked by everybody.

mod table;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use folkmoot_common::ServiceName;
use folkmoot_tests::app::{Member, Refused, send};
use reqwest::Method;
use serde_json::Value;

use self::{
    table::{Expected, OTHERWISE_TESTED, Row, TABLE},
    world::{World, picture},
};

const CALLERS: [&str; 7] = [
    "nobody",
    "stranger",
    "reader",
    "author",
    "moderator",
    "admin",
    "banned",
];

#[tokio::test]
async fn every_route_is_in_the_table_and_the_table_has_no_other() {
    let documents = folkmoot::openapi_documents().await.expect("the documents");
    let documented: BTreeSet<(String, String)> = documents
        .iter()
        .flat_map(|(name, text)| routes(*name, text))
        .collect();
    let listed: BTreeSet<_> = TABLE
        .iter()
        .map(|row| {
            (
                row.service.to_owned(),
                row.route.split('?').next().unwrap().to_owned(),
            )
        })
        .collect();
    let missing: Vec<_> = documented.difference(&listed).collect();
    assert!(
        missing.is_empty(),
        "nobody has said who may do this: {missing:#?}"
    );
    let gone: Vec<_> = listed.difference(&documented).collect();
    assert!(gone.is_empty(), "there are no such routes: {gone:#?}");
}

fn routes(service: ServiceName, document: &str) -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(document).expect("JSON");
    let paths = document["paths"].as_object().expect("paths");
    let routes = paths.iter().flat_map(|(path, operations)| {
        let methods = operations
            .as_object()
            .into_iter()
            .flat_map(|operations| operations.keys());
        methods
            .filter(|method| ["get", "put", "post", "patch", "delete"].contains(&method.as_str()))
            .map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    let routes = routes.filter(|route| !OTHERWISE_TESTED.contains(&route.as_str()));
    routes.map(|route| (service.to_string(), route)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_act_may_see_and_who_may_not_see_finds_nothing() {
    let world = World::new().await;
    let banned = world.ban("outcast").await;
    let mut wrong = BTreeMap::new();
    for row in TABLE {
        for (index, caller) in CALLERS.into_iter().enumerate() {
            let who = match caller {
                "nobody" => world.app.guest("nobody"),
                "stranger" => world.stranger.clone(),
                "reader" => world.member.clone(),
                "author" => world.author.clone(),
                "moderator" => world.moderator.clone(),
                "admin" => world.admin.clone(),
                _ => banned.clone(),
            };
            // What ends all sessions of somebody is tried by who is not needed again.
            let ends =
                row.route.ends_with("/logout-all") && !["nobody", "banned"].contains(&caller);
            let who = if ends {
                world.app.register(&format!("{caller}-who-leaves")).await
            } else {
                who
            };
            let got = ask(&world, row, &who).await;
            let fits = match row.expected[index] {
                Expected::Done => (200..300).contains(&got),
                Expected::Status(status) => got == status,
            };
            if !fits {
                wrong.insert(
                    format!("{} as {caller}", row.route),
                    (row.expected[index], got),
                );
            }
        }
    }
    assert!(wrong.is_empty(), "expected and got: {wrong:#?}");
}

/// The status that `who` gets; 200 for a socket.
async fn ask(world: &World, row: &Row, who: &Member) -> u16 {
    let (method, path) = row.route.split_once(' ').expect("a method and a path");
    let (path, body) = world.fill(row.thing, path, row.body).await;
    let path = public(row.service, &path.replace("{user_id}", &who.user_id));
    if body == "socket" {
        return socket(who, &path).await;
    }
    let method: Method = method.parse().expect("a method");
    let request = who.request(method, &path);
    let request = match body.as_str() {
        "" => request,
        "form" if row.service == "file" => request.multipart(picture("file")),
        "form" => request.multipart(picture("files")),
        body => request
            .header("content-type", "application/json")
            .body(body.to_owned()),
    };
    send(request).await.status.as_u16()
}

/// A service's own path as the edge has it.
fn public(service: &str, path: &str) -> String {
    let prefix = match service {
        _ if path.starts_with("/ws") => "",
        "chat" => "/api/chat",
        "presence" | "notification" => "/api",
        "file" => "/api/files",
        _ => "",
    };
    format!("{prefix}{path}")
}

async fn socket(who: &Member, path: &str) -> u16 {
    match who.socket(path).await {
        Ok(_) => 200,
        Err(Refused::Status(status, _)) => status,
        Err(Refused::Unreachable(reason)) => panic!("{path}: {reason}"),
    }
}
