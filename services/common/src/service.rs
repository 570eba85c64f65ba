//! The services by name, and what each hands to the process that runs it.

use std::{fmt, str::FromStr};

use axum::Router;

/// One of the services of the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ServiceName {
    /// Rooms, messages and their sockets.
    Chat,
    /// Who is online, who is typing.
    Presence,
    /// What a member should know.
    Notification,
    /// Uploads and downloads.
    File,
    /// Accounts, sessions and tokens.
    Identity,
    /// Threads, comments and their moderation.
    Discussion,
    /// Activity streams and the home feed.
    Feed,
    /// The web application.
    Web,
}

impl ServiceName {
    /// Every service.
    pub const ALL: [Self; 8] = [
        Self::Chat,
        Self::Presence,
        Self::Notification,
        Self::File,
        Self::Identity,
        Self::Discussion,
        Self::Feed,
        Self::Web,
    ];

    /// The name as it is written on the command line, in logs, schemas and file names.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Presence => "presence",
            Self::Notification => "notification",
            Self::File => "file",
            Self::Identity => "identity",
            Self::Discussion => "discussion",
            Self::Feed => "feed",
            Self::Web => "web",
        }
    }

    /// The port it listens on when it runs alone.
    #[must_use]
    pub const fn port(self) -> u16 {
        match self {
            Self::Chat => 8020,
            Self::Presence => 8021,
            Self::Notification => 8022,
            Self::File => 8023,
            Self::Identity => 8024,
            Self::Discussion => 8025,
            Self::Feed => 8026,
            Self::Web => 8080,
        }
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ServiceName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|service| service.as_str() == text)
            .ok_or_else(|| {
                let names: Vec<_> = Self::ALL.iter().map(|service| service.as_str()).collect();
                format!(
                    "there is no service {text:?}; there are {}",
                    names.join(", ")
                )
            })
    }
}

/// A started service.
pub struct Service {
    /// Which one.
    pub name: ServiceName,
    /// Its routes, at its own root.
    pub router: Router,
    /// What its routes are, if it has an API.
    pub openapi: Option<utoipa::openapi::OpenApi>,
}
