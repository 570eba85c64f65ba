//! `folkmoot admin`: roles from the shell.

use clap::{Args, Subcommand};
use folkmoot_common::config::Settings;
use folkmoot_identity::admin;

/// What `folkmoot admin` takes.
#[derive(Debug, Subcommand)]
pub(crate) enum AdminCommand {
    /// Give an account a role, for example admin.
    Grant(Box<RoleArgs>),
    /// Take a role from an account. Somebody stays admin.
    Revoke(Box<RoleArgs>),
    /// List the admins and moderators with all of their roles.
    List(Box<Settings>),
}

#[derive(Debug, Args)]
pub(crate) struct RoleArgs {
    /// The account's name, or its e-mail address.
    username: String,
    /// The role: admin, moderator, or one that admins made.
    role: String,
    /// What every service shares; only the database is used.
    #[command(flatten)]
    common: Settings,
}

/// Does it and returns what to print: an account a line, its name and its roles.
pub(crate) async fn run(command: AdminCommand) -> anyhow::Result<String> {
    match command {
        AdminCommand::Grant(args) => set(&args, true).await,
        AdminCommand::Revoke(args) => set(&args, false).await,
        AdminCommand::List(settings) => {
            let staff = admin::staff(&settings).await?;
            let lines = staff.iter().map(|(name, roles)| line(name, roles));
            Ok(lines.collect::<Vec<_>>().join("\n"))
        }
    }
}

async fn set(args: &RoleArgs, has: bool) -> anyhow::Result<String> {
    let roles = admin::set_role(&args.common, &args.username, &args.role, has).await?;
    Ok(line(&args.username, &roles))
}

fn line(name: &str, roles: &[String]) -> String {
    format!("{name} {}", roles.join(","))
}
