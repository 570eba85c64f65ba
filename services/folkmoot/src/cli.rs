//! The command line.

use std::{process::ExitCode, time::Duration};

use anyhow::Context as _;
use chrono::TimeDelta;
use clap::{Parser, Subcommand};
use folkmoot_common::{
    ServiceName,
    auth::keys::KeyStore,
    clock::{self, Ids},
    config::{AuthMode, Settings},
    server, telemetry,
};
use folkmoot_identity::token::{self, Grant};
use tokio_util::sync::CancellationToken;

use crate::transfer::{self, ExportArgs, ImportArgs, SeedArgs, export, import, seed};
use crate::{
    Listeners, MigrateArgs,
    admin::{self, AdminCommand},
    migrate, openapi_documents, run, signals,
};

/// Longest wait for what still runs once everything was told to stop.
const RUNTIME_GRACE: Duration = Duration::from_secs(1);

/// A discussion platform: chat, presence, notifications, files and accounts.
#[derive(Debug, Parser)]
#[command(name = "folkmoot", version, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run all services in one process, or only those named.
    Serve(Box<ServeArgs>),
    /// Bring the tables of all services, or only of those named, up to date and end.
    Migrate(Box<MigrateArgs>),
    /// Print an access token signed with the local key, for scripts.
    Token(Box<TokenArgs>),
    /// Say who may do what.
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Look after the signing keys in DATA_DIR/keys.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Write all users, threads, comments and rooms to a file of JSON lines.
    Export(Box<ExportArgs>),
    /// Read users, threads, comments and rooms from a file of JSON lines.
    Import(Box<ImportArgs>),
    /// Make up a community, for trying out and measuring; the same one for the same arguments.
    Seed(Box<SeedArgs>),
    /// Print the OpenAPI document of a service.
    Openapi {
        /// The service.
        service: ServiceName,
    },
}

/// What `folkmoot serve` takes.
#[derive(Debug, Clone, clap::Args)]
pub struct ServeArgs {
    /// Services to run [default: all]. One alone listens on its own port, at its own root and at its public addresses; several share one edge.
    #[arg(value_name = "SERVICE")]
    pub services: Vec<ServiceName>,
    /// What every service shares.
    #[command(flatten)]
    pub common: Settings,
    /// Identity's own.
    #[command(flatten, next_help_heading = "Identity")]
    pub identity: folkmoot_identity::Settings,
    /// Chat's own.
    #[command(flatten, next_help_heading = "Chat")]
    pub chat: folkmoot_chat::Settings,
    /// Presence's own.
    #[command(flatten, next_help_heading = "Presence")]
    pub presence: folkmoot_presence::Settings,
    /// The notification service's own.
    #[command(flatten, next_help_heading = "Notifications")]
    pub notification: folkmoot_notification::Settings,
    /// The file service's own.
    #[command(flatten, next_help_heading = "Files")]
    pub file: folkmoot_file::Settings,
    /// Discussion's own.
    #[command(flatten, next_help_heading = "Discussion")]
    pub discussion: folkmoot_discussion::Settings,
    /// The feed service's own.
    #[command(flatten, next_help_heading = "Feed")]
    pub feed: folkmoot_feed::Settings,
}

#[derive(Debug, clap::Args)]
struct TokenArgs {
    /// The user it is for: the `sub` claim.
    #[arg(long)]
    user: String,
    /// The name it carries [default: the user].
    #[arg(long)]
    name: Option<String>,
    /// A role it carries; may be repeated.
    #[arg(long = "role", default_value = "member")]
    roles: Vec<String>,
    /// Seconds until it ends, at most a year.
    #[arg(long, default_value_t = 900)]
    seconds: u32,
    #[command(flatten)]
    common: Settings,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Add a new signing key; the old ones stay valid until their last tokens have ended.
    Rotate(Box<Settings>),
}

/// Parses the command line and runs it.
#[must_use]
pub fn main() -> ExitCode {
    server::install_crypto();
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into()),
    };
    let outcome = runtime.block_on(execute(cli.command));
    runtime.shutdown_timeout(RUNTIME_GRACE);
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

#[expect(
    clippy::print_stderr,
    reason = "the last word of a command goes to its user"
)]
fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("folkmoot: {error:#}");
    ExitCode::FAILURE
}

#[expect(clippy::print_stdout, reason = "what a command prints is its result")]
async fn execute(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve(args) => serve(*args).await,
        Command::Migrate(args) => {
            telemetry::init_logs(&args.common)?;
            migrate(&args).await
        }
        Command::Token(args) => {
            println!("{}", mint(&args)?);
            Ok(())
        }
        Command::Admin(command) => {
            println!("{}", admin::run(command).await?);
            Ok(())
        }
        Command::Keys(KeysCommand::Rotate(settings)) => {
            println!(
                "{}",
                KeyStore::open(settings.keys_dir(), clock::system())?.rotate()?
            );
            Ok(())
        }
        Command::Export(args) => {
            telemetry::init_logs(&args.common)?;
            println!(
                "{} records in {}",
                export(&args).await?,
                args.file.display()
            );
            Ok(())
        }
        Command::Import(args) => {
            telemetry::init_logs(&args.common)?;
            println!("{}", transfer::summary(import(&args).await?));
            Ok(())
        }
        Command::Seed(args) => {
            telemetry::init_logs(&args.common)?;
            let seeded = seed(&args).await?;
            if !args.print {
                println!("{}", transfer::summary(seeded));
            }
            Ok(())
        }
        Command::Openapi { service } => {
            let document = openapi_documents()
                .await?
                .remove(&service)
                .with_context(|| format!("{service} has no API"))?;
            println!("{document}");
            Ok(())
        }
    }
}

async fn serve(args: ServeArgs) -> anyhow::Result<()> {
    args.common.validate()?;
    telemetry::init_logs(&args.common)?;
    if args.common.auth == AuthMode::Open {
        tracing::warn!("AUTH=open: nobody proves who they are; anyone can act as anyone");
    }
    let stop = CancellationToken::new();
    signals::cancel_on_signal(stop.clone())?;
    run(args, Listeners::default(), stop).await
}

fn mint(args: &TokenArgs) -> anyhow::Result<String> {
    let clock = clock::system();
    let keys = KeyStore::open(args.common.keys_dir(), clock.clone())?;
    let grant = Grant {
        user_id: args.user.clone(),
        username: args.name.clone().unwrap_or_else(|| args.user.clone()),
        roles: args.roles.clone(),
        session_id: None,
        lifetime: TimeDelta::seconds(args.seconds.into()),
    };
    token::mint(&keys, &clock, &Ids::new(clock.clone()), grant)
}
