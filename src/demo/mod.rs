//! `hopline demo`: the server, and a small shop that sends it spans.
//!
//! The shop is real: five HTTP servers ([`shop`]), each with an OpenTelemetry SDK
//! of its own ([`telemetry`]) that exports by OTLP over the network to the server
//! beside it, and a customer who orders ([`customer`]). What is slow and what fails
//! follows a rota ([`rota`]).

mod customer;
mod database;
mod rota;
mod service;
mod shop;
mod telemetry;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::cli;
use crate::config::{Effective, Settings};
use crate::runtime;
use crate::say;
use crate::serve::App;
use crate::signal::Shutdown;

use rota::Rota;
use shop::Shop;

/// How long the shop may take to answer its last requests and send its last spans.
const CLOSING_TIME: Duration = Duration::from_secs(3);

/// Serves and runs the shop until a signal comes.
///
/// Unless the user says where, data goes to a folder that goes with the demo.
///
/// # Errors
/// Where a part cannot be built.
pub(crate) fn run(effective: Effective, demo: &cli::Demo) -> anyhow::Result<()> {
    let scratch = match effective.origin("data-dir") {
        "default" => Some(tempfile::Builder::new().prefix("hopline-demo-").tempdir()?),
        _ => None,
    };
    let mut settings = effective.settings;
    if let Some(folder) = &scratch {
        settings.data_dir = folder.path().to_owned();
    }
    let taking = runtime::taking()?;
    runtime::main()?.block_on(serve_shop(settings, demo, taking.handle()))
    // The scratch folder goes last, when nothing is open in it.
}

async fn serve_shop(settings: Settings, demo: &cli::Demo, taking: &Handle) -> anyhow::Result<()> {
    let signals = Shutdown::listen().context("cannot catch signals")?;
    let app = App::build(settings, taking).await?;
    let rota = Arc::new(Rota::new(demo.well_for.unwrap_or_default(), demo.change_every));
    let (shop, frontend) = Shop::open(app.addresses(), Arc::clone(&rota)).await?;
    app.announce()?;

    let closing = CancellationToken::new();
    let tasks = TaskTracker::new();
    tasks.spawn(customer::order(frontend, demo.rate, closing.clone()));
    tasks.spawn(announce_changes(rota, closing.clone()));
    tasks.close();

    app.run(signals, async {
        closing.cancel();
        tasks.wait().await;
        shop.close(CLOSING_TIME).await;
    })
    .await
}

/// Says what is slow and what fails, now and at each change.
async fn announce_changes(rota: Arc<Rota>, closing: CancellationToken) {
    loop {
        let (turn, left) = rota.now();
        if say(&format!("now {turn}")).is_err() {
            return; // Nobody reads any more.
        }
        tokio::select! {
            () = tokio::time::sleep(left) => {}
            () = closing.cancelled() => return,
        }
    }
}
