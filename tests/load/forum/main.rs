//! `make bench-forum`: what the forum's requests cost on a large data set, beside a peer that does the same work.
//!
//! The process under test may only use the first core. One PostgreSQL, one Redis, one NATS and this generator run where there
//! is room: on the second core, and on what the process leaves of the first.

mod data;
mod fan_out;
mod http;
mod measure;
mod report;
mod site;
mod work;

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use clap::Parser;
use folkmoot_tests::{app::Stores, backends::Postgres};
use sqlx::{PgPool, postgres::PgPoolOptions};

use crate::{data::Data, measure::Load, report::Report, site::Site, work::Work};

/// A server is sized for its data: with what tests give it, it would read most pages from the kernel again and again.
const POSTGRES: [&str; 1] = ["shared_buffers=1GB"];
/// How long events of the seeded data may take to arrive everywhere.
const SETTLING: Duration = Duration::from_secs(1800);

#[derive(Parser)]
struct Arguments {
    #[arg(long, default_value_t = 50_000)]
    users: u32,
    #[arg(long, default_value_t = 20_000)]
    threads: u32,
    #[arg(long, default_value_t = 1_000_000)]
    comments: u32,
    #[arg(long, default_value_t = 500_000)]
    likes: u32,
    /// Requests a second.
    #[arg(long, default_value_t = 200.0)]
    rate: f64,
    /// Seconds that each kind of request is measured.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// A database of PostgreSQL that was seeded before, and whose events were told: nothing is seeded then.
    #[arg(long)]
    database: Option<String>,
    /// Only this kind of request, and no fan-out.
    #[arg(long)]
    only: Option<Work>,
    /// Leave the peer out.
    #[arg(long)]
    no_peer: bool,
    /// The program.
    #[arg(long, env = "FOLKMOOT")]
    folkmoot: PathBuf,
    /// A Python with the peer's requirements.
    #[arg(long, env = "PEER_PYTHON")]
    python: Option<PathBuf>,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let mut stores = Stores::real().await;
    let postgres = match &arguments.database {
        Some(_) => None,
        None => Some(Postgres::start_as(&POSTGRES).await),
    };
    stores.database = match &postgres {
        Some(postgres) => Some(postgres.create_database().await),
        None => arguments.database.clone(),
    };
    let database = stores.database.as_ref().context("a database")?;
    let pool = PgPoolOptions::new().connect(database).await?;
    let mut report = Report::default();

    if postgres.is_some() {
        report.seeded(seed(&arguments, &stores)?);
        clean_up(&pool).await?;
    }
    measure_folkmoot(&arguments, &stores, &pool, &mut report).await?;
    let measured = match arguments.python.clone().filter(|_| !arguments.no_peer) {
        Some(python) => measure_peer(&arguments, &stores, &pool, python, &mut report).await,
        None => Ok(()),
    };
    // It took most of an hour: it is told even if the peer fails.
    report.print();
    measured
}

/// What PostgreSQL does by itself some time after many rows have come.
async fn clean_up(pool: &PgPool) -> Result<()> {
    sqlx::raw_sql("vacuum analyze").execute(pool).await?;
    sqlx::raw_sql("checkpoint").execute(pool).await?;
    Ok(())
}

async fn measure_peer(
    arguments: &Arguments,
    stores: &Stores,
    pool: &PgPool,
    python: PathBuf,
    report: &mut Report,
) -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("load/peers/forum-fastapi");
    let load = std::fs::read_to_string(folder.join("load.sql"))?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(load))
        .execute(pool)
        .await?;
    let jwks = jwks(arguments, stores).await?;
    let database = stores.database.clone().context("a database")?;
    let peer = Site::peer(python, folder, database, jwks).await?;
    measure_all("FastAPI", arguments, stores, pool, &peer, report).await
}

fn seed(arguments: &Arguments, stores: &Stores) -> Result<report::Seeded> {
    let started = Instant::now();
    let status = Command::new(&arguments.folkmoot)
        .arg("seed")
        .args(["--users", &arguments.users.to_string()])
        .args(["--threads", &arguments.threads.to_string()])
        .args(["--comments", &arguments.comments.to_string()])
        .args(["--likes", &arguments.likes.to_string()])
        .envs(stores.variables())
        .env("LOG", "warn")
        .status()?;
    if !status.success() {
        bail!("folkmoot seed: {status}");
    }
    Ok(report::Seeded {
        users: arguments.users,
        threads: arguments.threads,
        comments: arguments.comments,
        seconds: started.elapsed().as_secs_f64(),
    })
}

async fn measure_folkmoot(
    arguments: &Arguments,
    stores: &Stores,
    pool: &PgPool,
    report: &mut Report,
) -> Result<()> {
    let site = Site::folkmoot(arguments.folkmoot.clone(), stores).await?;
    let started = Instant::now();
    settle(pool, stores).await?;
    report.settled(started.elapsed().as_secs_f64());
    drop(site);
    // What was taken for catching up is not what serving takes, and its rows are as new to PostgreSQL as the seeded ones were.
    clean_up(pool).await?;
    let site = Site::folkmoot(arguments.folkmoot.clone(), stores).await?;
    measure_all("Folkmoot", arguments, stores, pool, &site, report).await?;
    // What was liked and commented is told by now.
    settle(pool, stores).await?;
    if arguments.only.is_some() {
        return Ok(());
    }
    let issuer = stores.issuer();
    let data = Data::read(pool, &issuer).await?;
    report.fanned_out(fan_out::measure(site.address, site.admin, &data, &issuer).await?);
    report.peak(measure::resident_mib(site.pid()?)?);
    Ok(())
}

async fn measure_all(
    name: &'static str,
    arguments: &Arguments,
    stores: &Stores,
    pool: &PgPool,
    site: &Site,
    report: &mut Report,
) -> Result<()> {
    let load = Load {
        rate: arguments.rate,
        window: Duration::from_secs(arguments.seconds),
        warm_up: Duration::from_secs(arguments.seconds.min(5)),
    };
    let all = Work::ALL.into_iter();
    for work in all.filter(|work| arguments.only.is_none_or(|only| only == *work)) {
        // Tokens last a quarter of an hour.
        let data = Data::read(pool, &stores.issuer()).await?;
        report.largest(data.largest_comments);
        let figures = measure::run(site.address, site.pid()?, load, |number| {
            work.request(&data, number)
        })
        .await?;
        report.add(name, work, figures);
    }
    Ok(())
}

/// Waits until the events of what was seeded have reached everybody.
async fn settle(pool: &PgPool, stores: &Stores) -> Result<()> {
    let nats = stores.nats.clone().context("NATS")?;
    let client = async_nats::connect(nats).await?;
    let jetstream = async_nats::jetstream::new(client);
    let started = Instant::now();
    while !is_settled(pool, &jetstream, &stores.instance).await? {
        if started.elapsed() > SETTLING {
            bail!("the events of the seeded data do not arrive");
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Ok(())
}

async fn is_settled(
    pool: &PgPool,
    jetstream: &async_nats::jetstream::Context,
    instance: &str,
) -> Result<bool> {
    use futures_util::TryStreamExt as _;

    let waiting = "select (select count(*) from (select 1 from identity.outbox limit 1) i) \
        + (select count(*) from (select 1 from discussion.outbox limit 1) d)";
    let waiting: i64 = sqlx::query_scalar(waiting).fetch_one(pool).await?;
    let Ok(stream) = jetstream.get_stream(format!("{instance}-events")).await else {
        return Ok(false);
    };
    let consumers: Vec<_> = stream.consumers().try_collect().await?;
    let taken = consumers
        .iter()
        .all(|consumer| consumer.num_pending == 0 && consumer.num_ack_pending == 0);
    Ok(waiting == 0 && taken && !consumers.is_empty())
}

/// Folkmoot's public keys, for the peer.
async fn jwks(arguments: &Arguments, stores: &Stores) -> Result<String> {
    let site = Site::folkmoot(arguments.folkmoot.clone(), stores).await?;
    let request = http::Request {
        method: "GET",
        path: "/.well-known/jwks.json".to_owned(),
        token: String::new(),
        body: None,
    };
    let answer = http::Connection::to(site.address).send(&request).await?;
    Ok(String::from_utf8(answer.body)?)
}
