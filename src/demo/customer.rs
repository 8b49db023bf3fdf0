//! The customer of the shop: a few requests per second, for ever.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// How many requests may be unanswered at once; beyond it the customer waits.
const UNANSWERED_MAX: usize = 256;

/// How long the customer waits for one answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the customer does, over and over.
const ROUTES: [&str; 3] = ["/checkout", "/cart", "/checkout"];

/// Sends `rate` requests per second to the frontend until `closing`, then waits for
/// the answers that are still to come.
pub(super) async fn order(frontend: SocketAddr, rate: u32, closing: CancellationToken) {
    let client = match reqwest::Client::builder().timeout(PATIENCE).no_proxy().build() {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(error = %error, "the demo's customer cannot start");
            return;
        }
    };
    let mut tick = tokio::time::interval(Duration::from_secs(1) / rate.max(1));
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut unanswered = JoinSet::new();
    for route in ROUTES.iter().cycle() {
        tokio::select! {
            _ = tick.tick() => {}
            () = closing.cancelled() => break,
        }
        while unanswered.try_join_next().is_some() {}
        if unanswered.len() < UNANSWERED_MAX {
            // That it fails is the point of the demo, and the page's to tell.
            unanswered.spawn(client.get(format!("http://{frontend}{route}")).send());
        }
    }
    while unanswered.join_next().await.is_some() {}
}
