//! The collector as a whole: bound, run, stopped.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use prometheus_client::registry::Registry;
use storage::SpanWriter;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic_health::server::HealthReporter;

use crate::admission::Budget;
use crate::config::Config;
use crate::ingest::Ingest;
use crate::metrics::Metrics;
use crate::receiver::{otlp_grpc, otlp_http, zipkin};
use crate::writer::{self, Bounds, WriterEnd};

/// Receivers that are bound to their addresses. Clients can connect from now on;
/// they are answered once it runs.
pub struct Collector {
    grpc: Port,
    http: Port,
    zipkin: Router,
    health: HealthReporter,
    store: Arc<dyn SpanWriter>,
    config: Config,
    writer_end: WriterEnd,
}

/// A bound address and what is served there.
struct Port {
    listener: TcpListener,
    address: SocketAddr,
    service: Router,
}

/// Why the collector can't start.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// An address can't be listened on.
    #[error("{what}: {cause}")]
    Address {
        /// Which receiver.
        what: &'static str,
        /// Why; names the address.
        cause: io::Error,
    },
    /// The budget is smaller than one request that the limits allow.
    #[error(
        "in_flight_bytes_max is {given}, but one request within the limits needs {needed}: \
         raise it, or lower limits.request_bytes_max or limits.decoded_bytes_max"
    )]
    Budget {
        /// What is configured.
        given: usize,
        /// What it must be at least.
        needed: usize,
    },
    /// The system gives no thread.
    #[error("cannot start the writer thread: {0}")]
    Thread(io::Error),
    /// The schema for reflection does not parse: a defect of the build.
    #[error("cannot serve reflection: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
}

/// What was left when the collector stopped. All zeros is a clean stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stopped {
    /// Connections that were cut while they were at work.
    pub cut_connections: usize,
    /// Requests whose spans were still waiting for the store. None of them was
    /// acknowledged.
    pub pending_requests: usize,
}

impl Collector {
    /// Binds the receivers' addresses, starts the writer thread for `store`, and
    /// makes the collector's figures known to `registry`.
    ///
    /// # Errors
    /// [`BindError`] says which setting to change.
    pub async fn bind(
        config: Config,
        store: Arc<dyn SpanWriter>,
        registry: &mut Registry,
    ) -> Result<Self, BindError> {
        let (given, needed) = (config.in_flight_bytes_max, config.in_flight_bytes_min());
        if given < needed {
            return Err(BindError::Budget { given, needed });
        }
        let (grpc, grpc_address) = bind("OTLP/gRPC", config.otlp_grpc_listen).await?;
        let (http, http_address) = bind("OTLP/HTTP", config.otlp_http_listen).await?;

        let metrics = Metrics::register(registry);
        let bounds = Bounds {
            queued_requests_max: config.queued_requests_max,
            group_bytes_max: config.group_bytes_max,
            commit_timeout: config.commit_timeout,
        };
        let (writer, writer_end) = writer::start(Arc::clone(&store), &bounds, metrics.writing())
            .map_err(BindError::Thread)?;
        let budget = Budget::new(config.in_flight_bytes_max, metrics.in_flight());
        let ingest = Arc::new(Ingest { config, budget, metrics, writer });
        let (grpc_service, health) = otlp_grpc::service(Arc::clone(&ingest))?;
        let grpc = Port { listener: grpc, address: grpc_address, service: grpc_service };
        let zipkin = zipkin::routes(Arc::clone(&ingest));
        let service = otlp_http::service(Arc::clone(&ingest));
        let http = Port { listener: http, address: http_address, service };
        let config = ingest.config.clone();
        Ok(Self { grpc, http, zipkin, health, store, config, writer_end })
    }

    /// Where OTLP/gRPC is served; the port is a real one even where 0 was asked for.
    pub fn otlp_grpc_address(&self) -> SocketAddr {
        self.grpc.address
    }

    /// Where OTLP/HTTP is served; the port is a real one even where 0 was asked for.
    pub fn otlp_http_address(&self) -> SocketAddr {
        self.http.address
    }

    /// The routes by which Zipkin's senders are received, for a port that answers other
    /// questions of theirs, too. They must be gone before [`Self::run`] can end.
    pub fn zipkin_routes(&self) -> Router {
        self.zipkin.clone()
    }

    /// Receives until `shutdown` is cancelled.
    ///
    /// Then, in this order: the ports close; requests in flight finish and are
    /// answered, within the listeners' `drain_timeout`; the writer finishes what is
    /// queued, within [`Config::drain_timeout`]. What remains is named in the log and
    /// in the answer; nothing of it was acknowledged.
    pub async fn run(self, shutdown: CancellationToken) -> Stopped {
        let Self { grpc, http, zipkin, health, store, config, writer_end } = self;
        drop(zipkin);
        let bounds = || config.listener.clone();
        let (grpc, http, ()) = tokio::join!(
            listener::serve(grpc.listener, grpc.service, bounds(), shutdown.clone()),
            listener::serve(http.listener, http.service, bounds(), shutdown.clone()),
            otlp_grpc::follow_store(store, health, shutdown.clone()),
        );
        // The services are gone, and with them the writer's last handle: it ends
        // when its queue is empty.
        let pending_requests = writer_end.wait(config.drain_timeout).await;
        let cut_connections = grpc.cut_connections.saturating_add(http.cut_connections);
        let stopped = Stopped { cut_connections, pending_requests };
        if stopped == Stopped::default() {
            tracing::info!("collector stopped");
        } else {
            tracing::warn!(cut_connections, pending_requests, "collector stopped with work left");
        }
        stopped
    }
}

async fn bind(
    what: &'static str,
    address: SocketAddr,
) -> Result<(TcpListener, SocketAddr), BindError> {
    let failed = |cause| BindError::Address { what, cause };
    let listener = listener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}
