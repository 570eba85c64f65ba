//! The operator's executable.

use std::{io::Write as _, process::ExitCode};

use clap::Parser as _;
use folkmoot_common::{server::install_crypto, telemetry};
use folkmoot_operator::{
    app,
    args::{Args, Command, Settings},
};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

fn main() -> ExitCode {
    let args = Args::parse();
    let result = match args.command {
        Some(Command::Crd) => print_crd(),
        None => run(args.settings),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error!(error = format!("{error:#}"), "ended");
            let _ = writeln!(std::io::stderr(), "folkmoot-operator: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn print_crd() -> anyhow::Result<()> {
    // JSON is YAML, too.
    let text = serde_json::to_string_pretty(&folkmoot_crds::definition())?;
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}

fn run(settings: Settings) -> anyhow::Result<()> {
    install_crypto();
    telemetry::init_log_lines(&settings.log, settings.log_format)?;
    telemetry::metrics();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let stop = CancellationToken::new();
        stop_on_signal(stop.clone())?;
        let config = kube::Config::infer().await?;
        app::run(settings, config, stop).await
    })
}

/// The first signal stops in order, the second at once.
fn stop_on_signal(stop: CancellationToken) -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        for first in [true, false] {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if first {
                info!("stopping");
                stop.cancel();
            } else {
                std::process::exit(1);
            }
        }
    });
    Ok(())
}
