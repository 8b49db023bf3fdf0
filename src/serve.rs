//! The parts, built in order and stopped in reverse.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use collector::Collector;
use prometheus_client::registry::Registry;
use query::findings::NoticeFn;
use query::{OtlpAddresses, Parts, Web};
use storage::{SpanWriter, Store};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::alert::Alerts;
use crate::config::Settings;
use crate::control::Control;
use crate::data_dir;
use crate::runtime;
use crate::say;
use crate::signal::Shutdown;
use crate::zipkin::{self, ZipkinPort};

/// How long everything together may take to stop. Less than the 10 s after which
/// container runtimes lose patience.
pub(crate) const STOP: Duration = Duration::from_secs(9);

/// Where the program listens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Addresses {
    pub(crate) otlp_grpc: SocketAddr,
    pub(crate) otlp_http: SocketAddr,
    pub(crate) web: SocketAddr,
    /// Where Jaeger's query API is served, if anywhere.
    pub(crate) jaeger: Option<SocketAddr>,
    /// Where Tempo's query API is served, if anywhere.
    pub(crate) tempo: Option<SocketAddr>,
    /// `None` where Zipkin is not spoken.
    pub(crate) zipkin: Option<SocketAddr>,
}

/// The parts, in the order in which they are built.
pub(crate) struct App {
    store: Arc<Store>,
    /// `None` where the socket cannot be bound.
    control: Option<Control>,
    collector: Collector,
    /// Where the collector runs.
    taking: Handle,
    web: Web,
    zipkin: Option<ZipkinPort>,
    registry: Registry,
    data_dir: PathBuf,
}

/// Where a program on this machine finds what listens on `address`: one that means
/// every network interface is no place to go to.
pub(crate) fn from_here(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}

/// Serves until a signal comes.
///
/// # Errors
/// Where a part cannot be built.
pub(crate) fn run(settings: Settings) -> anyhow::Result<()> {
    let taking = runtime::taking()?;
    runtime::main()?.block_on(async {
        let signals = Shutdown::listen().context("cannot catch signals")?;
        let app = App::build(settings, taking.handle()).await?;
        app.announce()?;
        app.run(signals, async {}).await
    })
}

impl App {
    /// Opens the store, binds the collector to it, which runs on `taking`, and the web
    /// listener.
    ///
    /// # Errors
    /// With a sentence that says which part and what to do.
    pub(crate) async fn build(settings: Settings, taking: &Handle) -> anyhow::Result<Self> {
        let alerts = settings.alert_url.url().cloned().map(Alerts::to);
        let zipkin = zipkin::bind(&settings).await?;
        let (storage, collector, mut web) = settings.into_parts();
        web.findings_file = Some(storage.data_dir.join(data_dir::FINDINGS));
        let mut registry = Registry::default();

        let data_dir = storage.data_dir.clone();
        data_dir::check(&data_dir)?;
        let store = Arc::new(Store::open(storage)?);
        let control = Control::bind(&data_dir)
            .inspect_err(|error| tracing::warn!(%error, "no backup of this server can be made"))
            .ok();

        let writer = Arc::clone(&store);
        // On a thread of that runtime, so that whatever it starts is as patient.
        let (collector, mut registry) = taking
            .spawn(async move {
                let bound = Collector::bind(collector, writer, &mut registry).await;
                bound.map(|collector| (collector, registry))
            })
            .await
            .context("binding the collector panicked")??;

        let health = Arc::clone(&store);
        let parts = Parts {
            reader: Arc::<Store>::clone(&store),
            pins: Arc::<Store>::clone(&store),
            health: Arc::new(move || health.health()),
            otlp: OtlpAddresses {
                grpc: collector.otlp_grpc_address(),
                http: collector.otlp_http_address(),
            },
            notice: alerts
                .map(|mut alerts| -> NoticeFn { Box::new(move |notice| alerts.tell(notice)) }),
            ui: ui::router(),
        };
        let web = match Web::bind(web, parts, &mut registry).await {
            Ok(web) => web,
            Err(error) => {
                // The store's threads must be gone before the process goes: RocksDB's
                // aborts when it meets the end of the process at work.
                let stop = CancellationToken::new();
                stop.cancel();
                collector.run(stop).await;
                close(store).await?;
                return Err(error.into());
            }
        };
        let taking = taking.clone();
        Ok(Self { store, control, collector, taking, web, zipkin, registry, data_dir })
    }

    /// Where it listens; every port is a real one.
    pub(crate) fn addresses(&self) -> Addresses {
        Addresses {
            otlp_grpc: self.collector.otlp_grpc_address(),
            otlp_http: self.collector.otlp_http_address(),
            web: self.web.address(),
            jaeger: self.web.jaeger_address(),
            tempo: self.web.tempo_address(),
            zipkin: self.zipkin.as_ref().map(ZipkinPort::address),
        }
    }

    /// Prints where it listens, in lines that a program can read, and what to open.
    ///
    /// # Errors
    /// Where standard output is closed.
    pub(crate) fn announce(&self) -> anyhow::Result<()> {
        let Addresses { otlp_grpc, otlp_http, web, jaeger, tempo, zipkin } = self.addresses();
        say(&format!("listening otlp-grpc={otlp_grpc}"))?;
        say(&format!("listening otlp-http={otlp_http}"))?;
        say(&format!("listening web={web}"))?;
        if let Some(jaeger) = jaeger {
            say(&format!("listening jaeger={jaeger}"))?;
        }
        if let Some(tempo) = tempo {
            say(&format!("listening tempo={tempo}"))?;
        }
        if let Some(zipkin) = zipkin {
            say(&format!("listening zipkin={zipkin}"))?;
        }
        say(&format!("keeping data-dir={}", self.data_dir.display()))?;
        say(&format!("open http://{}/", from_here(web)))
    }

    /// Runs until a signal comes. Then `first` is awaited, and the parts stop in
    /// reverse order, all within one deadline; what is still pending then is named.
    /// A second signal ends the wait.
    ///
    /// # Errors
    /// Where a part ended by itself, or something was left undone.
    pub(crate) async fn run(
        self,
        mut signals: Shutdown,
        first: impl Future<Output = ()>,
    ) -> anyhow::Result<()> {
        let Self { store, control, collector, taking, web, zipkin, registry, .. } = self;
        let (stop_web, stop_collector) = (CancellationToken::new(), CancellationToken::new());
        let stop_control = CancellationToken::new();
        let control = control
            .map(|control| tokio::spawn(control.run(Arc::clone(&store), stop_control.clone())));
        // Beside the collector, since most of its requests are spans.
        let zipkin = zipkin.map(|port| {
            let router = web.zipkin_router(collector.zipkin_routes());
            taking.spawn(port.serve(router, stop_web.clone()))
        });
        let mut collector = taking.spawn(collector.run(stop_collector.clone()));
        let mut web = tokio::spawn(web.run(Arc::new(registry), stop_web.clone()));
        let signal = tokio::select! {
            signal = signals.next() => signal,
            ended = &mut collector => bail!("the collector ended by itself: {ended:?}"),
            ended = &mut web => bail!("the web listener ended by itself: {ended:?}"),
        };
        tracing::info!(signal, "stopping");

        let mut pending = "what sends to it";
        let stop = async {
            first.await;
            pending = "backup";
            stop_control.cancel();
            if let Some(control) = control {
                control.await.context("backup")?;
            }
            pending = "web";
            stop_web.cancel();
            if let Some(zipkin) = zipkin {
                zipkin.await.context("zipkin")?;
            }
            web.await.context("web")?;
            pending = "collector";
            stop_collector.cancel();
            collector.await.context("collector")?;
            pending = "store";
            close(store).await
        };
        tokio::select! {
            stopped = stop => stopped?,
            () = tokio::time::sleep(STOP) => bail!("still pending after {STOP:?}: {pending}"),
            signal = signals.next() => bail!("{signal} while stopping; still pending: {pending}"),
        }
        tracing::info!("stopped");
        Ok(())
    }
}

/// Closes the store once its other handles are gone: threads that have just ended
/// may hold on to theirs for a moment. Nothing that was acknowledged depends on it.
async fn close(mut store: Arc<Store>) -> anyhow::Result<()> {
    const MOMENT: Duration = Duration::from_millis(2);
    let store = loop {
        store = match Arc::try_unwrap(store) {
            Ok(store) => break store,
            Err(shared) => shared,
        };
        tokio::time::sleep(MOMENT).await;
    };
    // It blocks: a thread of its own, so that the deadline holds all the same.
    let (closed, outcome) = oneshot::channel();
    std::thread::spawn(move || closed.send(store.close()));
    outcome.await.context("closing the store panicked")??;
    Ok(())
}
