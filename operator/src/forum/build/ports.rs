//! The ports on which everything serves.

/// Livez, readyz, metrics and chat's administration, of every service.
pub const ADMIN: i32 = 9090;
/// The edge's Service.
pub(crate) const EDGE: i32 = 80;
/// The edge's container, which may not bind port 80.
pub(crate) const EDGE_CONTAINER: i32 = 8080;
/// The managed PostgreSQL.
pub(crate) const POSTGRES: i32 = 5432;
/// The managed Redis.
pub(crate) const REDIS: i32 = 6379;
/// The managed NATS.
pub(crate) const NATS: i32 = 4222;
/// The managed NATS's health and metrics.
pub(crate) const NATS_MONITOR: i32 = 8222;
/// The managed object store.
pub(crate) const OBJECTS: i32 = 7070;
/// Name servers.
pub(crate) const DNS: i32 = 53;
/// Name servers in pods that may not bind [`DNS`].
pub(crate) const DNS_BEHIND_SERVICE: i32 = 5353;
