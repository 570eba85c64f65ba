//! The pods of the forums: what Kubernetes says of them, and what they say of themselves on their admin ports.
//!
//! [`view`] and [`failure`] read the cached objects and are pure; [`admin`] speaks HTTP to one pod; [`observer`] asks
//! every pod from time to time and remembers the answers; [`dependency`] says which server is lost to whom.

pub mod admin;
pub mod answer;
pub mod dependency;
pub mod failure;
pub mod observer;
pub mod readings;
pub mod view;

pub use admin::AdminClient;
pub use dependency::{Dependency, Loss, Reach, reach};
pub use failure::Failure;
pub use observer::Observer;
pub use readings::{Reading, Readings};
pub use view::PodView;
