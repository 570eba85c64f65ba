//! Receiving files in forms and giving them out again, as every service does that takes any.
//!
//! The service keeps a table `pending_objects` ([`PendingObjects`]) beside the one of its files. What a file is, is found
//! from its bytes ([`kind`]); what its uploader called it is cleaned ([`name`]) and never becomes part of a key.

mod form;
mod intake;
pub mod kind;
mod linger;
pub mod name;
mod pending;
mod range;
mod serve;
mod slots;

pub use form::{Field, Form, FormLimits};
pub use intake::{Draft, GivenUp, Incoming, Intake, Received, in_time};
pub use linger::linger;
pub use name::Disposition;
pub use pending::{PendingConnection, PendingObject, PendingObjects};
pub use serve::{Stored, serve};
pub use slots::{Full, Slot, Slots};
