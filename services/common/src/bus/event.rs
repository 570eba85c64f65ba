//! The envelope of an event: [CloudEvents 1.0] in structured JSON mode.
//!
//! [CloudEvents 1.0]: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use tracing::error;
use uuid::Uuid;

use crate::{Context, ServiceName};

/// Something that happened, told to the other services at least once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The version of the envelope.
    pub specversion: String,
    /// Unique: consumers recognise a second delivery by it.
    pub id: Uuid,
    /// The service that tells it.
    pub source: String,
    /// What happened, for example `identity.user.registered`.
    pub r#type: String,
    /// When it happened.
    pub time: DateTime<Utc>,
    /// What consumers need to know of it.
    pub data: Value,
}

impl Event {
    /// An event of now.
    ///
    /// # Errors
    /// If `data` has no JSON form.
    pub fn new(
        ctx: &Context,
        source: ServiceName,
        r#type: &str,
        data: &impl Serialize,
    ) -> serde_json::Result<Self> {
        Ok(Self {
            specversion: "1.0".to_owned(),
            id: ctx.ids.next(),
            source: source.as_str().to_owned(),
            r#type: r#type.to_owned(),
            time: ctx.clock.now(),
            data: serde_json::to_value(data)?,
        })
    }

    /// The event's data as its type's struct.
    ///
    /// # Errors
    /// If the data is of another shape.
    pub fn parse<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        T::deserialize(&self.data)
    }

    /// As [`Event::parse`], for a consumer: data of another shape will not get better by coming again, so it is
    /// logged and skipped.
    #[must_use]
    pub fn parse_or_skip<T: DeserializeOwned>(&self) -> Option<T> {
        self.parse()
            .inspect_err(|error| {
                error!(%error, event.id = %self.id, event.r#type = self.r#type, "an event cannot be read and is skipped");
            })
            .ok()
    }
}
