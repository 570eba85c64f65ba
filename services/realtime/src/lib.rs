//! The socket engine of Folkmoot: WebSocket sessions, bounded queues, fan-out, resume and drain.
//!
//! Every service that speaks WebSocket shares it. The service parses its own JSON and decides who may do
//! what; the engine moves frames.
//!
//! # How it works
//!
//! - **Opening.** [`Upgrade`] checks the handshake, [`Engine::accept`] the Origin, and the bare `TcpStream` is taken
//!   out of hyper, whose buffers are freed. One task runs the socket: it reads into a buffer that all sockets of
//!   the thread share, decodes in place and calls the [`Handler`].
//! - **Sending.** A [`Frame`] is encoded once and its bytes are shared by all receivers. Whoever has something to send
//!   writes it to the socket at once; only what the kernel does not take is queued, and only then is the socket's
//!   task woken, to write the rest (vectored) when the peer takes more. The queue is bounded in bytes; messages that
//!   do not fit close the socket with 3008, ephemeral frames are never queued.
//! - **Fan-out.** A topic belongs to one of a few workers. A worker takes all that waits for it, joins what is for one
//!   topic in one buffer, and writes that once to each member: batches grow by themselves when there is load, and
//!   nothing is delayed when there is none. Joins, leaves and publications of one topic keep their order.
//! - **Ordered topics.** Messages are delivered in the order of their `seq`, each once. A gap waits for 100 ms and is
//!   then read from the [`Log`]; positions are compared with the log every 5 s, and every 500 ms while the broker
//!   is down. A join with `since` gets what was missed before anything live, or is told that it cannot.
//! - **Broker.** One subscription for the process, with the topics that have local members. A probe over pub/sub itself
//!   finds a subscription that is dead without saying so.
//! - **Time.** One sweeper pings all sockets (spread over the interval), drops the silent and ends sessions. A socket has
//!   a timer of its own only while its peer owes something: to read, or to answer a close frame.
//!
//! # Choice of the protocol library
//!
//! None: the engine has its own decoder and writes encoded frames by itself. Measured with 1,000 sockets at 20
//! messages/s, it took 6.0 CPU-seconds per million deliveries (tungstenite 8, fastwebsockets 8.4, tokio-websockets 8 to 9)
//! and 1.5 KiB resident per idle socket (tungstenite with a small buffer 2.7, tokio-websockets 5.7, fastwebsockets
//! 6.1, sockudo-ws 10.5, axum's default 134): a library that owns the socket also owns a buffer for each, and encodes
//! each frame for each receiver. `tests/load/websocket-libraries` has the programs, the table and its caveats. tungstenite is
//! the oracle of the decoder's tests.
//!
//! # Example
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
//!     let session = Session { user_id: "alice".into(), session_id: None, issued_at: None, expires_in: None };
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
mod host;
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
