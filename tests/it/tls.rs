//! Servers that speak TLS, as hosted ones do.

use folkmoot_common::ServiceName;
use folkmoot_tests::{
    app::Stores,
    backends::{Certificate, Nats, Postgres, Redis},
    process::Folkmoot,
    wait,
};

fn secure(url: &str, scheme: &str) -> String {
    let (_, rest) = url.split_once("://").expect("a URL");
    format!("{scheme}://{rest}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_nats_and_postgres_are_reached_over_tls() {
    let certificate = Certificate::make();
    let (redis, nats, postgres) = tokio::join!(
        Redis::start_with_tls(&certificate),
        Nats::start_with_tls(&certificate),
        Postgres::start_with_tls(&certificate),
    );
    let database = postgres.create_database().await;
    let stores = Stores {
        database: Some(format!("{database}?sslmode=require")),
        redis: Some(secure(&redis.url(), "rediss")),
        nats: Some(secure(&nats.url(), "tls")),
        ..Stores::embedded()
    };
    let _ = stores.issuer();
    let serve = || Folkmoot::serve(&[ServiceName::Chat]).stores(&stores);
    let trusted = certificate.file().display().to_string();
    let chat = serve().set("SSL_CERT_FILE", &trusted).start().await;
    let mut ann = chat.member("ann").chat("general").await;
    ann.send_text("in private").await;
    assert_eq!(ann.next_message().await["content"], "in private");

    // Whom nobody vouches for is not spoken to; PostgreSQL's `require` asks for encryption alone.
    let wary = serve().spawn();
    wary.admin.wait_for("/livez").await;
    wait::until(
        "Redis and NATS are not trusted, and only they",
        async || {
            let answer = wary.admin.get("/readyz").await.json();
            let problems = answer["problems"].as_object()?;
            problems
                .keys()
                .eq(["nats", "pubsub", "redis"])
                .then_some(())
        },
    )
    .await;
}
