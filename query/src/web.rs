//! The web listener as a whole, and the ports of dialects beside it: bound, run, stopped.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderValue, StatusCode, header};
use prometheus_client::registry::Registry;
use storage::{Pins, TraceReader};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::api::{jaeger, native, tempo, zipkin};
use crate::config::Config;
use crate::findings::NoticeFn;
use crate::metrics::Metrics;
use crate::monitor::{HealthFn, Monitor, StoreFigures};
use crate::observe::{self, observe};
use crate::read_pool::ReadPoolEnd;
use crate::service::QueryService;

/// The paths beside the API that machines ask.
pub(crate) const PROBES: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// What the text of `/metrics` is (OpenMetrics 1.0, §4.2).
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What is served.
pub struct Parts {
    /// Where traces are read.
    pub reader: Arc<dyn TraceReader>,
    /// Where traces are kept beyond retention: the same store.
    pub pins: Arc<dyn Pins>,
    /// Whether spans are taken now. Must not block.
    pub health: HealthFn,
    /// Where spans are sent to, for those who ask how.
    pub otlp: OtlpAddresses,
    /// Is told what is found to be wrong, at each look; may block for some seconds.
    pub notice: Option<NoticeFn>,
    /// What answers every path that is neither the API's nor a probe's: the viewer.
    pub ui: Router,
}

/// Where spans are sent to, every port a real one.
#[derive(Debug, Clone, Copy)]
pub struct OtlpAddresses {
    /// OTLP over gRPC.
    pub grpc: SocketAddr,
    /// OTLP over HTTP.
    pub http: SocketAddr,
}

/// The web listener, bound to its address, and Jaeger's and Tempo's where there are such.
/// Clients can connect from now on; they are answered once it runs.
pub struct Web {
    listener: TcpListener,
    address: SocketAddr,
    jaeger: Option<(TcpListener, SocketAddr)>,
    tempo: Option<(TcpListener, SocketAddr)>,
    bounds: listener::Config,
    app: App,
}

/// Everything behind the listener.
pub struct App {
    service: QueryService,
    monitor: Monitor,
    ui: Router,
    metrics: Metrics,
    ends: [ReadPoolEnd; 2],
}

/// What answers on each port, and what ends after them.
struct Routers {
    web: Router,
    jaeger: Router,
    tempo: Router,
    ends: [ReadPoolEnd; 2],
}

/// Why the web listener can't start.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The address can't be listened on.
    #[error("web: {0}")]
    Address(io::Error),
    /// Jaeger's address can't be listened on.
    #[error("jaeger: {0}; --jaeger-listen off does without")]
    Jaeger(io::Error),
    /// Tempo's address can't be listened on.
    #[error("tempo: {0}; --tempo-listen off does without")]
    Tempo(io::Error),
    /// The system gives no thread.
    #[error("cannot start the read pool: {0}")]
    Thread(io::Error),
}

/// What was left when the listener stopped. All zeros is a clean stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stopped {
    /// Connections that were cut while they were at work.
    pub cut_connections: usize,
    /// Pools whose threads still worked on a question.
    pub busy_pools: usize,
}

impl Web {
    /// Binds the address, starts the read pool, and makes the query side's figures
    /// known to `registry`.
    ///
    /// # Errors
    /// [`BindError`] says what is in the way.
    pub async fn bind(
        config: Config,
        parts: Parts,
        registry: &mut Registry,
    ) -> Result<Self, BindError> {
        let listener = listener::bind(config.listen).await.map_err(BindError::Address)?;
        let address = listener.local_addr().map_err(BindError::Address)?;
        let jaeger = match config.jaeger_listen {
            Some(wanted) => bind_dialect("Jaeger", wanted, config.needs_jaeger)
                .await
                .map_err(BindError::Jaeger)?,
            None => None,
        };
        let tempo = match config.tempo_listen {
            Some(wanted) => {
                bind_dialect("Tempo", wanted, config.needs_tempo).await.map_err(BindError::Tempo)?
            }
            None => None,
        };
        let app = App::start(&config, parts, registry).map_err(BindError::Thread)?;
        Ok(Self { listener, address, jaeger, tempo, bounds: config.listener, app })
    }

    /// Where it is served; the port is a real one even where 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where Jaeger's query API is served at its root, if anywhere.
    pub fn jaeger_address(&self) -> Option<SocketAddr> {
        self.jaeger.as_ref().map(|(_, address)| *address)
    }

    /// Where Tempo's query API is served at its root, if anywhere.
    pub fn tempo_address(&self) -> Option<SocketAddr> {
        self.tempo.as_ref().map(|(_, address)| *address)
    }

    /// What answers on Zipkin's port: its questions, and `receivers`, which take its spans.
    /// It must be gone before [`Self::run`] can end.
    pub fn zipkin_router(&self, receivers: Router) -> Router {
        self.app.zipkin_router(receivers)
    }

    /// Answers until `shutdown` is cancelled; `registry` is what `/metrics` shows.
    ///
    /// Then the ports close and requests in flight finish within the listener's
    /// `drain_timeout`. Questions that nobody waits for any more have the same time
    /// again to be finished.
    pub async fn run(self, registry: Arc<Registry>, shutdown: CancellationToken) -> Stopped {
        let Self { listener, jaeger, tempo, bounds, app, .. } = self;
        let Routers { web, jaeger: of_jaeger, tempo: of_tempo, ends } =
            app.split(registry, shutdown.clone());
        let drain_timeout = bounds.drain_timeout;
        let jaeger = serve_dialect(jaeger, of_jaeger, bounds.clone(), shutdown.clone());
        let tempo = serve_dialect(tempo, of_tempo, bounds.clone(), shutdown.clone());
        let web = listener::serve(listener, web, bounds, shutdown);
        let (drained, of_jaeger, of_tempo) = tokio::join!(web, jaeger, tempo);
        let cut_connections = drained.cut_connections + of_jaeger + of_tempo;
        // The routers are gone, and with them the last references to the pools.
        let mut stopped = Stopped { cut_connections, ..Stopped::default() };
        for end in ends {
            if !end.wait(drain_timeout).await {
                stopped.busy_pools += 1;
            }
        }
        if stopped == Stopped::default() {
            tracing::info!("web listener stopped");
        } else {
            let Stopped { cut_connections, busy_pools } = stopped;
            tracing::warn!(cut_connections, busy_pools, "web listener stopped with work left");
        }
        stopped
    }
}

/// The port of the dialect of `system`; `None` where nobody `needs` it and another program
/// has it: whoever has that system on this machine should not need to know of ours.
async fn bind_dialect(
    system: &'static str,
    wanted: SocketAddr,
    needs: bool,
) -> io::Result<Option<(TcpListener, SocketAddr)>> {
    let bound = listener::bind(wanted).await;
    match bound.and_then(|listener| Ok((listener.local_addr()?, listener))) {
        Ok((address, listener)) => Ok(Some((listener, address))),
        Err(error) if !needs && error.kind() == io::ErrorKind::AddrInUse => {
            tracing::warn!(
                address = %wanted,
                system,
                "another program, perhaps that system itself, listens where its clients ask; \
                 doing without, its --…-listen takes another address or off"
            );
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Serves the port of a dialect, if it has one, until told to stop. Answers how many
/// connections were cut.
async fn serve_dialect(
    bound: Option<(TcpListener, SocketAddr)>,
    router: Router,
    bounds: listener::Config,
    shutdown: CancellationToken,
) -> usize {
    let Some((listener, _)) = bound else { return 0 };
    listener::serve(listener, router, bounds, shutdown).await.cut_connections
}

impl App {
    /// Starts the read pool, and makes the query side's figures known to `registry`.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(config: &Config, parts: Parts, registry: &mut Registry) -> io::Result<Self> {
        let Parts { reader, pins, health, otlp, notice, ui } = parts;
        let metrics = Metrics::register(registry);
        let (service, service_end) =
            QueryService::start(config, Arc::clone(&reader), pins, notice, metrics.clone())?;
        registry.register_collector(Box::new(StoreFigures(Arc::clone(&reader))));
        if config.span_metrics {
            let figures = tempo::SpanMetrics::of(Arc::clone(&reader));
            registry.register_collector(Box::new(figures));
        }
        let (monitor, monitor_end) = Monitor::start(reader, health, otlp)?;
        let ends = [service_end, monitor_end];
        Ok(Self { service, monitor, ui, metrics, ends })
    }

    /// See [`Web::zipkin_router`].
    pub fn zipkin_router(&self, receivers: Router) -> Router {
        let compression = CompressionLayer::new().quality(CompressionLevel::Fastest);
        zipkin::router(self.service.clone(), self.monitor.clone(), receivers)
            .layer(compression)
            .layer(CatchPanicLayer::custom(observe::panicked))
            .layer(from_fn_with_state(self.metrics.clone(), observe))
    }

    /// Everything that answers; `registry` is what `/metrics` shows.
    pub fn router(self, registry: Arc<Registry>) -> Router {
        self.split(registry, CancellationToken::new()).web
    }

    fn split(self, registry: Arc<Registry>, stopping: CancellationToken) -> Routers {
        let Self { service, monitor, ui, metrics, ends } = self;
        let [healthz, readyz, metrics_path] = PROBES;
        let probes = Router::new()
            .route(healthz, get(alive))
            .route(readyz, get(ready))
            .with_state(monitor.clone())
            .route(metrics_path, get(figures).with_state((monitor.clone(), registry)));
        // The fastest level: what is saved beyond it is not worth its time on a
        // network of today.
        let compression = CompressionLayer::new().quality(CompressionLevel::Fastest);
        let tempo = tempo::router(service.clone(), monitor.clone());
        let router = native::router(service.clone(), monitor, stopping.clone())
            .nest(jaeger::PREFIX, jaeger::router(service.clone(), stopping.clone()))
            .nest(tempo::PREFIX, tempo.clone())
            .merge(tempo::streaming(service.clone()))
            .merge(probes)
            .layer(compression.clone())
            .layer(map_response(never_stored))
            .fallback_service(ui.layer(compression.clone()));
        let on_own_port =
            |router: Router| router.layer(compression.clone()).layer(map_response(never_stored));
        let jaeger = on_own_port(jaeger::router(service, stopping));
        let tempo = on_own_port(tempo);
        let watched = |router: Router| {
            router
                .layer(CatchPanicLayer::custom(observe::panicked))
                .layer(from_fn_with_state(metrics.clone(), observe))
        };
        Routers { web: watched(router), jaeger: watched(jaeger), tempo: watched(tempo), ends }
    }
}

/// Answers change by the second, and are what their type says.
async fn never_stored(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

async fn alive() -> &'static str {
    "alive\n"
}

async fn ready(State(monitor): State<Monitor>) -> (StatusCode, String) {
    match monitor.readiness().await {
        Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {reason}\n")),
    }
}

async fn figures(State((monitor, registry)): State<(Monitor, Arc<Registry>)>) -> Response {
    match monitor.figures(registry).await {
        Ok(text) => ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(error) => native::no_answer(error),
    }
}
