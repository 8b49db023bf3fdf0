//! `grpc.health.v1.Health`: serving while the store accepts spans.

use std::sync::Arc;
use std::time::Duration;

use storage::{Health, SpanWriter};
use tokio_util::sync::CancellationToken;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

/// How often the store is asked.
const INTERVAL: Duration = Duration::from_millis(500);

/// The services whose health is told: the whole server, and those it is for.
const SERVICES: [&str; 3] = ["", super::TRACES_SERVICE, super::LOGS_SERVICE];

/// Reports the store's health until `shutdown`, and from then on not serving, so
/// that balancers look elsewhere while requests in flight finish.
pub(crate) async fn follow_store(
    store: Arc<dyn SpanWriter>,
    reporter: HealthReporter,
    shutdown: CancellationToken,
) {
    let mut reported = None;
    loop {
        let stopping = shutdown.is_cancelled();
        let health = if stopping {
            Health::Refusing { reason: "shutting down".to_owned() }
        } else {
            store.health()
        };
        if reported.as_ref() != Some(&health) {
            let status = match &health {
                Health::Accepting => ServingStatus::Serving,
                // Who stops it knows.
                Health::Refusing { .. } if stopping => ServingStatus::NotServing,
                Health::Refusing { reason } => {
                    tracing::warn!(reason = %reason, "not accepting spans");
                    ServingStatus::NotServing
                }
            };
            for service in SERVICES {
                reporter.set_service_status(service, status).await;
            }
            reported = Some(health);
        }
        if stopping {
            return;
        }
        // Either way the store, or the shutdown, is looked at again.
        let _elapsed = tokio::time::timeout(INTERVAL, shutdown.cancelled()).await.is_err();
    }
}
