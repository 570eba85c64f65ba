//! How long it takes until what one writes is in the home feeds of all who follow them, and they are notified.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use folkmoot_tests::app::Issuer;
use serde_json::{Value, json};
use tokio::{sync::Mutex, task::JoinSet};

use crate::{
    data::{Data, token},
    http::{Connection, Request},
};

const CONNECTIONS: usize = 16;
const LIMIT: Duration = Duration::from_secs(120);
const HANDED_OUT: &str = "folkmoot_feed_fan_out_followers_sum";
const NOTIFIED: &str = "folkmoot_notifications_created_total";
/// Followers whose feed is looked at afterwards.
const SAMPLE: usize = 200;

/// What was seen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FanOut {
    pub(crate) followers: usize,
    /// From sending the request to the last feed.
    pub(crate) seconds: f64,
    /// From sending the request to the last notification.
    pub(crate) notified_seconds: f64,
    /// Of the sample of feeds, how many begin with it.
    pub(crate) seen: usize,
    pub(crate) sample: usize,
}

pub(crate) async fn measure(
    site: SocketAddr,
    admin: SocketAddr,
    data: &Data,
    issuer: &Issuer,
) -> Result<FanOut> {
    let feeds = data
        .followers
        .iter()
        .map(|follower| feed_of(token(issuer, follower)));
    // Nothing is handed out to who never asks.
    all(site, feeds.collect()).await?;
    let (handed_out, notified) = (
        value(admin, HANDED_OUT).await?,
        value(admin, NOTIFIED).await?,
    );
    let started = Instant::now();
    let title = format!("For {} followers", data.followers.len());
    let post = Request {
        method: "POST",
        path: "/api/threads".to_owned(),
        token: token(issuer, &data.author),
        body: Some(json!({"title": title, "body": "Said once."}).to_string()),
    };
    let answer = Connection::to(site).send(&post).await?;
    if answer.status != 201 {
        bail!("the thread was answered with {}", answer.status);
    }
    let followers = data.followers.len() as f64;
    let (fed, told) = tokio::try_join!(
        reaches(admin, HANDED_OUT, handed_out + followers, started),
        reaches(admin, NOTIFIED, notified + followers, started),
    )?;
    let step = (data.followers.len() / SAMPLE).max(1);
    let sample = data.followers.iter().step_by(step);
    let answers = all(
        site,
        sample
            .map(|follower| feed_of(token(issuer, follower)))
            .collect(),
    )
    .await?;
    let begins = |body: &Vec<u8>| {
        let feed: Value = serde_json::from_slice(body).unwrap_or_default();
        feed[0]["title"] == title
    };
    Ok(FanOut {
        followers: data.followers.len(),
        seconds: fed.as_secs_f64(),
        notified_seconds: told.as_secs_f64(),
        seen: answers.iter().filter(|body| begins(body)).count(),
        sample: answers.len(),
    })
}

fn feed_of(token: String) -> Request {
    Request {
        method: "GET",
        path: "/api/feed?limit=1".to_owned(),
        token,
        body: None,
    }
}

/// Sends all, as fast as they are answered.
async fn all(site: SocketAddr, requests: Vec<Request>) -> Result<Vec<Vec<u8>>> {
    let requests = Arc::new(Mutex::new(requests));
    let mut workers = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let requests = Arc::clone(&requests);
        workers.spawn(async move {
            let (mut connection, mut answers) = (Connection::to(site), Vec::new());
            loop {
                let next = requests.lock().await.pop();
                let Some(request) = next else {
                    return anyhow::Ok(answers);
                };
                let answer = connection.send(&request).await?;
                if answer.status != 200 {
                    bail!("{} was answered with {}", request.path, answer.status);
                }
                answers.push(answer.body);
            }
        });
    }
    let mut answers = Vec::new();
    while let Some(worker) = workers.join_next().await {
        answers.extend(worker??);
    }
    Ok(answers)
}

/// Waits until a metric is this much; how long that was after `started`.
async fn reaches(admin: SocketAddr, name: &str, wanted: f64, started: Instant) -> Result<Duration> {
    while value(admin, name).await? < wanted {
        if started.elapsed() > LIMIT {
            bail!("{name} is not {wanted} within {LIMIT:?}");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(started.elapsed())
}

/// A metric, summed over its labels.
async fn value(admin: SocketAddr, name: &str) -> Result<f64> {
    let scrape = Request {
        method: "GET",
        path: "/metrics".to_owned(),
        token: String::new(),
        body: None,
    };
    let answer = Connection::to(admin).send(&scrape).await?;
    let text = String::from_utf8(answer.body).context("metrics are text")?;
    let lines = text.lines().filter(|line| line.starts_with(name));
    let values = lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
    Ok(values.sum())
}
