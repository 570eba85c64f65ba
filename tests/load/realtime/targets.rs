//! The servers under test: how each is started and what it speaks.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process::{self, Launch};
use crate::protocol::Protocol;

/// A server under test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Target {
    /// One write per frame and receiver, nothing else.
    Floor,
    /// The same, joining what waits for a socket into one write.
    FloorJoined,
    /// Folkmoot's chat on its embedded defaults.
    Folkmoot,
    /// Folkmoot's chat with Redis.
    FolkmootRedis,
    /// Socket.IO with its Redis adapter.
    SocketIo,
    /// FastAPI with Redis and SQLite.
    Fastapi,
}

/// Where things are.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    /// The workspace.
    pub(crate) root: PathBuf,
    /// Data of the servers of this run; removed at the end.
    pub(crate) scratch: PathBuf,
}

impl Target {
    /// The name in the tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Floor => "floor (one write each)",
            Self::FloorJoined => "floor, joined writes",
            Self::Folkmoot => "Folkmoot",
            Self::FolkmootRedis => "Folkmoot + Redis",
            Self::SocketIo => "Socket.IO + Redis",
            Self::Fastapi => "FastAPI + Redis",
        }
    }

    pub(crate) fn protocol(self) -> Protocol {
        match self {
            Self::SocketIo => Protocol::SocketIo,
            _ => Protocol::Chat,
        }
    }

    pub(crate) fn needs_redis(self) -> bool {
        matches!(self, Self::FolkmootRedis | Self::SocketIo | Self::Fastapi)
    }

    /// The command that serves on `port`, with its data in `data`.
    pub(crate) fn launch(
        self,
        places: &Places,
        port: u16,
        redis: u16,
        data: &Path,
    ) -> Result<Launch> {
        let redis_url = ("REDIS_URL", format!("redis://127.0.0.1:{redis}"));
        let cache = places.root.join(".cache/load");
        let (arguments, environment) = match self {
            Self::Floor | Self::FloorJoined => (floor(port, self == Self::FloorJoined)?, vec![]),
            Self::Folkmoot => (folkmoot(places), folkmoot_environment(port, data)?),
            Self::FolkmootRedis => {
                let mut environment = folkmoot_environment(port, data)?;
                environment.push(redis_url);
                (folkmoot(places), environment)
            }
            Self::SocketIo => {
                let script = text(&cache.join("socket-io/server.js"));
                let port = ("PORT", port.to_string());
                let mode = ("NODE_ENV", "production".to_owned());
                (vec!["node".to_owned(), script], vec![port, redis_url, mode])
            }
            Self::Fastapi => {
                let database = format!("sqlite:///{}", text(&data.join("chat.db")));
                let quiet = ("ANNOUNCE_JOINS", "no".to_owned());
                (
                    fastapi(places, port),
                    vec![redis_url, ("DATABASE_URL", database), quiet],
                )
            }
        };
        Ok(Launch {
            arguments,
            environment,
            directory: data.to_owned(),
        })
    }
}

fn floor(port: u16, joined: bool) -> Result<Vec<String>> {
    let program = std::env::current_exe().context("finding this program")?;
    let mut arguments = vec![text(&program), "--floor".to_owned(), port.to_string()];
    arguments.extend(joined.then(|| "--joined".to_owned()));
    Ok(arguments)
}

fn folkmoot(places: &Places) -> Vec<String> {
    let program = text(&places.root.join("target/release/folkmoot"));
    vec![program, "serve".to_owned(), "chat".to_owned()]
}

fn folkmoot_environment(port: u16, data: &Path) -> Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("AUTH", "open".to_owned()),
        ("HOST", "127.0.0.1".to_owned()),
        ("PORT", port.to_string()),
        ("ADMIN_PORT", process::free_port()?.to_string()),
        ("DATA_DIR", text(data)),
        ("CHAT_MESSAGES_PER_SECOND", "1000000".to_owned()),
        ("CHAT_MESSAGE_BURST", "1000000".to_owned()),
    ])
}

fn fastapi(places: &Places, port: u16) -> Vec<String> {
    let python = text(&places.root.join(".cache/load/fastapi/bin/python"));
    let folder = text(&places.root.join("tests/load/peers/fastapi"));
    let fixed = [
        "-m",
        "uvicorn",
        "main:app",
        "--host",
        "127.0.0.1",
        "--log-level",
        "warning",
        "--no-access-log",
    ];
    let mut arguments = vec![python];
    arguments.extend(fixed.map(str::to_owned));
    arguments.extend([
        "--app-dir".to_owned(),
        folder,
        "--port".to_owned(),
        port.to_string(),
    ]);
    arguments
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
