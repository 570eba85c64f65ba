//! The parts of a forum, as labels name them.

use folkmoot_common::ServiceName;

/// A part of a forum: the value of the label `app.kubernetes.io/component`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// What belongs to no single part.
    Forum,
    /// A service.
    Service(ServiceName),
    /// The nginx in front, or what stands in its place.
    Edge,
    /// The Job that migrates the database.
    Migration,
    /// The managed PostgreSQL.
    Postgres,
    /// The managed Redis.
    Redis,
    /// The managed NATS.
    Nats,
    /// The managed object store.
    Objects,
}

impl Part {
    /// The managed stores.
    pub const STORES: [Self; 4] = [Self::Postgres, Self::Redis, Self::Nats, Self::Objects];

    /// As labels and names have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Forum => "forum",
            Self::Service(service) => service.as_str(),
            Self::Edge => "edge",
            Self::Migration => "migration",
            Self::Postgres => "postgres",
            Self::Redis => "redis",
            Self::Nats => "nats",
            Self::Objects => "objects",
        }
    }

    /// Name of the part's objects.
    #[must_use]
    pub fn object_name(self, forum: &str) -> String {
        match self {
            Self::Forum => forum.to_owned(),
            part => format!("{forum}-{}", part.as_str()),
        }
    }
}
