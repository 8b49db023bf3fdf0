//! A collector on free ports, over a store that does what a test tells it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hopline_collector::{Collector, Config, Stopped};
use parking_lot::{Condvar, Mutex};
use prometheus_client::registry::Registry;
use proto::otlp::protobuf::encode_request;
use proto::{Batch, Span, TraceId};
use storage::{
    Deadline, Health, MemoryStore, SpanWriter, TraceBounds, TraceReader, WriteError, Written,
};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::wire::Grpc;

/// What the store does with a write.
pub(crate) enum Plan {
    /// Keeps it.
    Keep,
    /// Refuses it.
    Refuse(fn() -> WriteError),
    /// Waits for another plan.
    Hold,
    /// Has a defect.
    Panic,
}

/// A [`MemoryStore`] with a plan.
pub(crate) struct Store {
    memory: MemoryStore,
    plan: Mutex<Plan>,
    changed: Condvar,
    /// The number of requests in each group so far.
    groups: Mutex<Vec<usize>>,
}

impl Store {
    pub(crate) fn plan(&self, plan: Plan) {
        *self.plan.lock() = plan;
        self.changed.notify_all();
    }

    pub(crate) fn groups(&self) -> Vec<usize> {
        self.groups.lock().clone()
    }

    pub(crate) fn span_count(&self, id: TraceId) -> usize {
        let trace = self.memory.trace(
            id,
            TraceBounds::spans(1000),
            Deadline::after(Duration::from_secs(60)),
        );
        trace.expect("a memory").map_or(0, |trace| trace.spans.len())
    }
}

impl SpanWriter for Store {
    fn write(&self, group: &[Arc<Batch>]) -> Result<Vec<Written>, WriteError> {
        self.groups.lock().push(group.len());
        let mut plan = self.plan.lock();
        loop {
            match &*plan {
                Plan::Keep => return self.memory.write(group),
                Plan::Refuse(error) => return Err(error()),
                Plan::Hold => self.changed.wait(&mut plan),
                Plan::Panic => panic!("a defect, for a test"),
            }
        }
    }

    fn health(&self) -> Health {
        match &*self.plan.lock() {
            Plan::Refuse(error) => Health::Refusing { reason: error().to_string() },
            _ => Health::Accepting,
        }
    }
}

/// A collector that runs.
pub(crate) struct Fixture {
    pub(crate) store: Arc<Store>,
    pub(crate) grpc: SocketAddr,
    pub(crate) http: SocketAddr,
    pub(crate) registry: Registry,
    runtime: Runtime,
    shutdown: CancellationToken,
    running: JoinHandle<Stopped>,
}

/// A configuration for tests: any free ports.
pub(crate) fn config() -> Config {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    Config { otlp_grpc_listen: any, otlp_http_listen: any, ..Config::default() }
}

impl Fixture {
    pub(crate) fn start(config: Config) -> Self {
        let store = Arc::new(Store {
            memory: MemoryStore::new(),
            plan: Mutex::new(Plan::Keep),
            changed: Condvar::new(),
            groups: Mutex::new(Vec::new()),
        });
        let runtime = Runtime::new().expect("a runtime");
        let mut registry = Registry::default();
        let writer: Arc<dyn SpanWriter> = store.clone();
        let collector =
            runtime.block_on(Collector::bind(config, writer, &mut registry)).expect("free ports");
        let (grpc, http) = (collector.otlp_grpc_address(), collector.otlp_http_address());
        let shutdown = CancellationToken::new();
        let running = runtime.spawn(collector.run(shutdown.clone()));
        Self { store, grpc, http, registry, runtime, shutdown, running }
    }

    /// A gRPC connection.
    pub(crate) fn grpc(&self) -> Grpc {
        Grpc::to(self.grpc)
    }

    /// Asks it to stop.
    pub(crate) fn shut_down(&self) {
        self.shutdown.cancel();
    }

    /// Waits until it has stopped.
    pub(crate) fn stopped(self) -> Stopped {
        self.runtime.block_on(self.running).expect("no panic")
    }

    /// The figure of one line of `/metrics`, 0 where there is no such line.
    pub(crate) fn metric(&self, line: &str) -> f64 {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry).expect("text");
        let figure = text.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(' '));
        figure.map_or(0.0, |figure| figure.parse().expect("a number"))
    }
}

/// A request with one span, which is alone in its trace.
pub(crate) fn request(number: u8) -> Vec<u8> {
    encode_request(&spans(number))
}

/// The trace of [`request`].
pub(crate) fn trace_id(number: u8) -> TraceId {
    TraceId::new([number; 16])
}

fn spans(number: u8) -> Vec<Span> {
    let mut spans = proto::testing::trace("shop buy 0..10");
    for span in &mut spans {
        span.trace_id = trace_id(number);
    }
    spans
}

/// Asks again and again until `is_so`. Gives up after a minute, which guards
/// against hanging for ever and measures nothing.
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < Duration::from_secs(60), "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
