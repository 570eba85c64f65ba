//! What identity tells the other services: see [`folkmoot_common::events::identity`].

pub use folkmoot_common::events::identity::*;
