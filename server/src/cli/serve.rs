//! `bridgewatch serve`.

use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};
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
        // Before anybody is told that we run: whoever asks us to end right then is heard.
        let asked_to_end = asked_to_end()?;
        let house = House::start(config).await?;
        // The first administrator is whoever sees this: the link works once, and only until there is one.
        match house.set_up_link().await {
            Ok(Some(link)) => println!("Nobody administers it yet. Set it up at {link}"),
            Ok(None) => {}
            Err(why) => tracing::error!(%why, "no link to set it up could be made; the next start tries again"),
        }
        println!("Bridgewatch is at {}", house.url());
        house.until(asked_to_end).await;
        Ok(ExitCode::SUCCESS)
    })
}

/// Listens for Ctrl-C and SIGTERM from now on; the answer waits for one of them.
fn asked_to_end() -> Result<impl Future<Output = ()>, ServerError> {
    let listen = |kind| signal(kind).map_err(ServerError::io("listening for signals"));
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("asked to end: finishing what is under way");
    })
}
