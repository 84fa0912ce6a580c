//! `bridgewatch serve`.

use std::process::ExitCode;

use tracing_subscriber::EnvFilter;

use super::ServeArgs;
use crate::{Config, House, ServerError};

/// Starts the house and stays until a signal asks it to end.
pub fn serve(args: &ServeArgs) -> Result<ExitCode, ServerError> {
    let config = Config::read(args)?;
    let filter =
        std::env::var("BRIDGEWATCH_LOG").unwrap_or_else(|_| "info,sqlx=warn,tokio_cron_scheduler=warn".to_owned());
    let filter = EnvFilter::try_new(&filter).map_err(|why| {
        ServerError::Config(format!("BRIDGEWATCH_LOG: {why}; write info, debug or monitor=debug,info"))
    })?;
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();

    let runtime = tokio::runtime::Builder::new_multi_thread()
        .thread_name("web")
        .enable_all()
        .build()
        .map_err(ServerError::io("starting the web's runtime"))?;
    runtime.block_on(async {
        let house = House::start(config).await?;
        // The first administrator is whoever sees this: the link works once, and only until there is one.
        match house.set_up_link().await {
            Ok(Some(link)) => println!("Nobody administers it yet. Set it up at {link}"),
            Ok(None) => {}
            Err(why) => tracing::error!(%why, "no link to set it up could be made; the next start tries again"),
        }
        println!("Bridgewatch is at {}", house.url());
        house.until(asked_to_end()).await;
        Ok(ExitCode::SUCCESS)
    })
}

/// Waits for Ctrl-C or SIGTERM.
async fn asked_to_end() {
    let interrupt = tokio::signal::ctrl_c();
    let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
        let _ = interrupt.await;
        return;
    };
    tokio::select! {
        _ = interrupt => {}
        _ = terminate.recv() => {}
    }
    tracing::info!("asked to end: finishing what is under way");
}
