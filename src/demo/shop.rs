//! The five services: frontend → cart → inventory, frontend → payment → bank.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context;
use axum::http::Method;
use axum::routing::{get, post};
use axum::{Extension, Router, middleware};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::database::{self, Query, Refusal};
use super::rota::{Odd, Party, Rota};
use super::service::{Failure, Inside, Service, instrument};
use super::telemetry::{self, Exporter};
use crate::serve::{Addresses, from_here};

/// The open shop.
#[derive(Debug)]
pub(super) struct Shop {
    rota: Arc<Rota>,
    servers: TaskTracker,
    closing: CancellationToken,
    providers: Vec<(&'static str, SdkTracerProvider)>,
}

impl Shop {
    /// Opens it: the called before their callers, each on a port of its own. Some
    /// export by gRPC, some by HTTP. Answers with the frontend's address.
    ///
    /// # Errors
    /// Where a server or an exporter cannot be built.
    pub(super) async fn open(
        addresses: Addresses,
        rota: Arc<Rota>,
    ) -> anyhow::Result<(Self, SocketAddr)> {
        let grpc = Exporter::Grpc(from_here(addresses.otlp_grpc));
        let http = Exporter::Http(from_here(addresses.otlp_http));
        let mut shop = Self {
            rota,
            servers: TaskTracker::new(),
            closing: CancellationToken::new(),
            providers: Vec::new(),
        };
        let bank = shop.serve("bank", grpc, bank).await?;
        let payment = shop.serve("payment", http, |service| payment(service, bank)).await?;
        let inventory = shop.serve("inventory", http, inventory).await?;
        let cart = shop.serve("cart", grpc, |service| cart(service, inventory)).await?;
        let frontend = shop.serve("frontend", grpc, |it| frontend(it, cart, payment)).await?;
        shop.servers.close();
        Ok((shop, frontend))
    }

    async fn serve(
        &mut self,
        name: &'static str,
        exporter: Exporter,
        routes: impl FnOnce(Arc<Service>) -> Router,
    ) -> anyhow::Result<SocketAddr> {
        let provider = telemetry::provider(name, exporter)?;
        let service = Arc::new(Service::new(&provider, Arc::clone(&self.rota))?);
        self.providers.push((name, provider));
        let routes =
            routes(Arc::clone(&service)).layer(middleware::from_fn_with_state(service, instrument));

        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .with_context(|| format!("cannot open a port for {name}"))?;
        let address = listener.local_addr()?;
        let server = axum::serve(listener, routes)
            .with_graceful_shutdown(self.closing.clone().cancelled_owned());
        self.servers.spawn(server.into_future());
        Ok(address)
    }

    /// Closes it: requests in flight are answered, then spans still waiting are
    /// sent, each in so much time.
    pub(super) async fn close(self, patience: Duration) {
        self.closing.cancel();
        if tokio::time::timeout(patience, self.servers.wait()).await.is_err() {
            tracing::warn!("services of the demo were still answering at the deadline");
        }
        let shut_down = |(service, provider): (_, SdkTracerProvider)| {
            if let Err(error) = provider.shutdown_with_timeout(patience) {
                tracing::warn!(service, error = %error, "the last spans of the demo were not sent");
            }
        };
        // Each blocks until its spans are gone: all at once, and off the runtime.
        tokio::task::block_in_place(|| {
            std::thread::scope(|scope| {
                for one in self.providers {
                    scope.spawn(move || shut_down(one));
                }
            });
        });
    }
}

fn frontend(service: Arc<Service>, cart: SocketAddr, payment: SocketAddr) -> Router {
    let shopper = Arc::clone(&service);
    let checkout = async move |Extension(inside): Extension<Inside>| {
        work(Duration::ZERO).await;
        let (goods, receipt) = tokio::join!(
            service.call(&inside, Method::GET, cart, "/carts/42", Duration::ZERO),
            service.call(&inside, Method::POST, payment, "/charges", Duration::ZERO),
        );
        let goods = match goods {
            Err(_) if service.rota.is(Odd::Swallowed) => "some goods".to_owned(),
            goods => goods?,
        };
        Ok::<_, Failure>(format!("{goods}: {}", receipt?))
    };
    let look = async move |Extension(inside): Extension<Inside>| {
        work(Duration::ZERO).await;
        shopper.call(&inside, Method::GET, cart, "/carts/42", Duration::ZERO).await
    };
    Router::new().route("/checkout", get(checkout)).route("/cart", get(look))
}

fn cart(service: Arc<Service>, inventory: SocketAddr) -> Router {
    let read = async move |Extension(inside): Extension<Inside>| {
        work(service.rota.delay(Party::Cart)).await;
        if service.rota.fails(Party::Cart) || service.rota.is(Odd::Swallowed) {
            return Err(Failure::new("CartConflict", "cart 42 was changed by another request"));
        }
        service.call(&inside, Method::GET, inventory, "/stock/mug", Duration::ZERO).await
    };
    Router::new().route("/carts/{id}", get(read))
}

fn inventory(service: Arc<Service>) -> Router {
    const SELECT: Query = Query {
        operation: "SELECT",
        table: "stock",
        text: "SELECT quantity FROM stock WHERE sku = $1",
    };
    const DEADLOCK: Refusal = Refusal { code: "40P01", message: "deadlock detected" };
    let count = async move |Extension(inside): Extension<Inside>| {
        work(Duration::ZERO).await;
        let delay = service.rota.delay(Party::Inventory);
        let refusal = service.rota.fails(Party::Inventory).then_some(DEADLOCK);
        let queries = if service.rota.is(Odd::ManyQueries) { 24 } else { 1 };
        for _ in 0..queries {
            database::run(&service, &inside, SELECT, delay, refusal).await?;
        }
        Ok::<_, Failure>("3 mugs")
    };
    Router::new().route("/stock/{sku}", get(count))
}

fn payment(service: Arc<Service>, bank: SocketAddr) -> Router {
    let charge = async move |Extension(inside): Extension<Inside>| {
        work(service.rota.delay(Party::Payment)).await;
        if service.rota.fails(Party::Payment) {
            return Err(Failure::new("FraudCheckUnavailable", "no fraud score within 50 ms"));
        }
        if service.rota.is(Odd::LeftOut) {
            return Ok("on credit".to_owned());
        }
        let way = if service.rota.is(Odd::SlowWay) { SLOW_WAY } else { Duration::ZERO };
        let call = || service.call(&inside, Method::POST, bank, "/transfers", way);
        match call().await {
            Err(_) if service.rota.is(Odd::CalledAgain) => call().await,
            answer => answer,
        }
    };
    Router::new().route("/charges", post(charge))
}

fn bank(service: Arc<Service>) -> Router {
    const UPDATE: Query = Query {
        operation: "UPDATE",
        table: "accounts",
        text: "UPDATE accounts SET balance = balance - $1 WHERE id = $2",
    };
    const CONFLICT: Refusal =
        Refusal { code: "40001", message: "could not serialize access due to concurrent update" };
    let requests = Arc::new(AtomicU64::new(0));
    let transfer = async move |Extension(inside): Extension<Inside>| {
        work(service.rota.delay(Party::Bank)).await;
        let is_even = requests.fetch_add(1, Ordering::Relaxed).is_multiple_of(2);
        let fails =
            service.rota.fails(Party::Bank) || (is_even && service.rota.is(Odd::CalledAgain));
        let refusal = fails.then_some(CONFLICT);
        database::run(&service, &inside, UPDATE, Duration::ZERO, refusal).await?;
        Ok::<_, Failure>("paid")
    };
    Router::new().route("/transfers", post(transfer))
}

/// How long a request takes on its way from payment to bank when that is slow.
const SLOW_WAY: Duration = Duration::from_millis(300);

/// What a service does itself, `delay` slower than usual.
async fn work(delay: Duration) {
    const USUAL: Duration = Duration::from_millis(2);
    tokio::time::sleep(USUAL + delay).await;
}
