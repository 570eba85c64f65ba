//! The socket engine of Folkmoot: WebSocket sessions, bounded queues, fan-out, resume and drain.
//!
//! Every service that speaks WebSocket shares it. The service parses its own JSON and decides who may do
//! what; the engine moves frames.
//!
//! ```
//! use axum::{Router, extract::State, response::Response, routing::get};
//! use folkmoot_realtime::{Connection, Engine, Flow, Frame, Handler, Join, Publication, Session, Upgrade};
//!
//! struct Echo(Engine);
//!
//! impl Handler for Echo {
//!     fn on_open(&mut self, connection: &Connection) -> Flow {
//!         let joined = connection.join(Join::unordered("lobby"));
//!         Flow::Wait(Box::pin(async move {
//!             let _ = joined.await;
//!         }))
//!     }
//!
//!     fn on_text(&mut self, connection: &Connection, text: &str) -> Flow {
//!         connection.send(&Frame::text("got it"));
//!         let publication = Publication::message("lobby", Frame::text(text));
//!         let engine = self.0.clone();
//!         Flow::Wait(Box::pin(async move { engine.publish(vec![publication]).await }))
//!     }
//! }
//!
//! async fn socket(State(engine): State<Engine>, upgrade: Upgrade) -> Response {
//!     let session = Session { user_id: "alice".into(), session_id: None, expires_in: None };
//!     engine.accept(upgrade, session, Echo(engine.clone()))
//! }
//!
//! # fn router(engine: Engine) -> Router {
//! Router::new().route("/ws", get(socket)).with_state(engine)
//! # }
//! ```

mod accept;
pub mod broker;
pub mod close;
mod codec;
mod config;
mod connection;
mod drain;
mod engine;
mod envelope;
mod frame;
mod handshake;
mod hub;
mod link;
mod local;
mod log;
mod logs;
mod members;
mod metrics;
mod order;
mod outbox;
mod rate;
mod recent;
mod registry;
mod socket;
mod topic;

pub use self::{
    broker::{Broker, BrokerError, BrokerState, Incoming, Subscriber},
    config::Config,
    connection::{Connection, ConnectionId, Session},
    engine::{Engine, Flow, Handler},
    frame::Frame,
    handshake::Upgrade,
    log::{Log, LogError},
    topic::{Greeting, Join, JoinError, Joined, Publication},
};
