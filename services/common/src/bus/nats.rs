//! The bus over NATS JetStream: one stream an instance, one durable pull consumer a consumer.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use async_nats::{
    Client, ConnectOptions,
    connection::State as ConnectionState,
    jetstream::{
        self, AckKind, Message,
        consumer::{AckPolicy, PullConsumer, pull},
        message::PublishMessage,
        stream,
    },
};
use futures_util::{StreamExt, future::join_all};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::warn;

use super::{BoxHandler, ConsumerSpec, Event, credentials::Credentials};
use crate::{
    config::Secret,
    health::{Health, Part},
};

/// How long the server remembers an event's id: a relay that did not hear the acknowledgement publishes again.
const DUPLICATE_WINDOW: Duration = Duration::from_secs(10 * 60);
/// How long the stream keeps events for a consumer that is away.
const MAX_AGE: Duration = Duration::from_secs(7 * 24 * 3600);
const ACK_WAIT: Duration = Duration::from_secs(30);
const LONGEST_RETRY: Duration = Duration::from_secs(30);
const RESTART_PAUSE: Duration = Duration::from_millis(500);
const HEARTBEAT: Duration = Duration::from_secs(2);

#[derive(Clone)]
pub(super) struct Nats {
    jetstream: jetstream::Context,
    names: Arc<Names>,
    shutdown: CancellationToken,
    tasks: TaskTracker,
}

/// The instance's names on a server that others may share.
struct Names {
    instance: String,
    stream: String,
}

impl Names {
    fn subject(&self, r#type: &str) -> String {
        format!("{}.events.{type}", self.instance)
    }
}

impl Nats {
    pub(super) async fn open(
        url: &Secret,
        instance: &str,
        health: &Health,
        shutdown: &CancellationToken,
        tasks: &TaskTracker,
    ) -> anyhow::Result<Self> {
        let options = Credentials::of(url.expose()).apply(ConnectOptions::new());
        let client = options
            .name(format!("folkmoot-{instance}"))
            .retry_on_initial_connect()
            .max_reconnects(None)
            .reconnect_delay_callback(|attempt| Duration::from_millis(100 * attempt.min(20) as u64))
            .connection_timeout(Duration::from_secs(2))
            .ping_interval(Duration::from_secs(5))
            .connect(url.expose())
            .await
            .context("NATS_URL cannot be used")?;
        watch(&client, health);
        let jetstream = jetstream::context::ContextBuilder::new()
            .timeout(Duration::from_secs(2))
            .ack_timeout(Duration::from_secs(3))
            .build(client);
        let names = Names {
            instance: instance.to_owned(),
            stream: format!("{instance}-events"),
        };
        Ok(Self {
            jetstream,
            names: Arc::new(names),
            shutdown: shutdown.clone(),
            tasks: tasks.clone(),
        })
    }

    /// Publishes with the event's id as `Nats-Msg-Id`; an event counts as taken over when the server has stored it.
    pub(super) async fn publish(&self, events: &[Event]) -> Vec<bool> {
        let published = join_all(events.iter().map(|event| self.publish_one(event))).await;
        let failure = published.iter().find_map(|result| result.as_ref().err());
        if let Some(error) = failure {
            warn!(error = format!("{error:#}"), "events wait in the outbox");
            // Nobody answers on the subject when the stream is gone: make it, for the next try.
            let _ = self.stream().await;
        }
        published.into_iter().map(|result| result.is_ok()).collect()
    }

    async fn publish_one(&self, event: &Event) -> anyhow::Result<()> {
        let message = PublishMessage::build()
            .payload(serde_json::to_vec(event)?.into())
            .message_id(event.id.to_string());
        self.jetstream
            .send_publish(self.names.subject(&event.r#type), message)
            .await?
            .await?;
        Ok(())
    }

    async fn stream(&self) -> anyhow::Result<stream::Stream> {
        let config = stream::Config {
            name: self.names.stream.clone(),
            subjects: vec![self.names.subject(">")],
            duplicate_window: DUPLICATE_WINDOW,
            max_age: MAX_AGE,
            storage: stream::StorageType::File,
            ..Default::default()
        };
        Ok(self.jetstream.get_or_create_stream(config).await?)
    }

    pub(super) fn consume(&self, spec: ConsumerSpec, handler: BoxHandler) {
        let nats = self.clone();
        self.tasks.spawn(async move {
            while !nats.shutdown.is_cancelled() {
                let pass = nats
                    .shutdown
                    .run_until_cancelled(nats.consume_until_broken(spec, &handler))
                    .await;
                if let Some(Err(error)) = pass {
                    warn!(
                        consumer = spec.durable,
                        error = format!("{error:#}"),
                        "the consumer starts again"
                    );
                    nats.shutdown
                        .run_until_cancelled(tokio::time::sleep(RESTART_PAUSE))
                        .await;
                }
            }
        });
    }

    async fn consume_until_broken(
        &self,
        spec: ConsumerSpec,
        handler: &BoxHandler,
    ) -> anyhow::Result<()> {
        let mut messages = self
            .consumer(spec)
            .await?
            .stream()
            .heartbeat(HEARTBEAT)
            .messages()
            .await?;
        while let Some(message) = messages.next().await {
            handle(spec, handler, &message?).await?;
        }
        Ok(())
    }

    async fn consumer(&self, spec: ConsumerSpec) -> anyhow::Result<PullConsumer> {
        let config = pull::Config {
            durable_name: Some(spec.durable.to_owned()),
            filter_subjects: spec
                .types
                .iter()
                .map(|r#type| self.names.subject(r#type))
                .collect(),
            ack_policy: AckPolicy::Explicit,
            ack_wait: ACK_WAIT,
            ..Default::default()
        };
        let stream = self.stream().await?;
        // Creating brings an existing consumer of the same name up to date, and keeps its place.
        Ok(stream.create_consumer(config).await?)
    }
}

async fn handle(spec: ConsumerSpec, handler: &BoxHandler, message: &Message) -> anyhow::Result<()> {
    let acknowledge = |kind| async move {
        message
            .ack_with(kind)
            .await
            .map_err(|error| anyhow::anyhow!(error))
    };
    let event: Event = match serde_json::from_slice(&message.payload) {
        Ok(event) => event,
        Err(error) => {
            warn!(consumer = spec.durable, subject = %message.subject, %error, "dropped a message that is no event");
            return acknowledge(AckKind::Term).await;
        }
    };
    let delivered = message.info().map_or(1, |info| info.delivered);
    match handler(event.clone()).await {
        Ok(()) => acknowledge(AckKind::Ack).await,
        Err(error) => {
            warn!(consumer = spec.durable, event.id = %event.id, event.r#type = event.r#type, delivered, error = format!("{error:#}"), "an event is not handled yet");
            acknowledge(AckKind::Nak(Some(retry_pause(delivered)))).await
        }
    }
}

/// Doubles from half a second: an outage is over soon, a poisonous event must not spin.
fn retry_pause(delivered: i64) -> Duration {
    let doublings = u32::try_from(delivered.clamp(1, 10) - 1).unwrap_or_default();
    (Duration::from_millis(500) * 2_u32.pow(doublings)).min(LONGEST_RETRY)
}

fn watch(client: &Client, health: &Health) {
    let client = client.clone();
    health.check(Part::Nats, None, move || {
        let connected = client.connection_state() == ConnectionState::Connected;
        std::future::ready(if connected {
            Ok(())
        } else {
            Err("not connected".to_owned())
        })
    });
}
