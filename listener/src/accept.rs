//! Binding an address, and taking connections until told to stop.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::Service;

use crate::{BoxError, Config, Drained, connection};

/// How long to wait after an accept error that will not pass by itself, such as
/// too many open files, before the next try.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(100);

/// Listens on `address`; port 0 takes any free port, which
/// [`TcpListener::local_addr`] then names.
///
/// # Errors
/// Of the kind the system gave, with a message that names `address` and, where it
/// is known, what to do.
pub async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        let hint = match error.kind() {
            io::ErrorKind::AddrInUse => ": another program listens there; choose another port",
            io::ErrorKind::AddrNotAvailable => ": no network interface has this address",
            io::ErrorKind::PermissionDenied => ": ports below 1024 need a privilege",
            _ => "",
        };
        io::Error::new(error.kind(), format!("cannot listen on {address}: {error}{hint}"))
    })
}

/// Serves `service` on `listener` until `shutdown` is cancelled.
///
/// Then the port is closed at once, requests in flight finish within
/// [`Config::drain_timeout`], and what still runs after it is cut and counted in the
/// answer. Never fails: an error of one connection ends that connection, an error
/// of accepting is tried again.
pub async fn serve<S, B>(
    listener: TcpListener,
    service: S,
    config: Config,
    shutdown: CancellationToken,
) -> Drained
where
    S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Into<BoxError>,
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    let builder = Arc::new(connection::builder(&config));
    let config = Arc::new(config);
    let places = Arc::new(Semaphore::new(config.connections_max.clamp(1, Semaphore::MAX_PERMITS)));
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let (stream, place) = tokio::select! {
            next = next_connection(&listener, &places) => next,
            () = shutdown.cancelled() => break,
        };
        // Answers are small and whole: waiting to fill a packet only adds delay.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(error = %error, "cannot set TCP_NODELAY");
        }
        let service = service.clone();
        let (builder, config) = (Arc::clone(&builder), Arc::clone(&config));
        let shutdown = shutdown.clone();
        connections.spawn(async move {
            connection::serve(stream, service, builder, config, shutdown).await;
            drop(place);
        });
    }
    drop(listener);
    drain(connections, config.drain_timeout).await
}

/// The next connection, with its place among those allowed.
async fn next_connection(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, Option<tokio::sync::OwnedSemaphorePermit>) {
    // Fails only if closed, which nobody does.
    let place = Arc::clone(places).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, place),
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!(error = %error, "cannot accept connections; trying again");
                tokio::time::sleep(ACCEPT_BACKOFF).await;
            }
        }
    }
}

/// Whether an accept error is about a connection that is already gone.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    )
}

async fn drain(mut connections: JoinSet<()>, timeout: Duration) -> Drained {
    let all = async { while connections.join_next().await.is_some() {} };
    let cut_connections = match tokio::time::timeout(timeout, all).await {
        Ok(()) => 0,
        Err(_) => {
            while connections.try_join_next().is_some() {}
            let open = connections.len();
            connections.shutdown().await;
            open
        }
    };
    if cut_connections > 0 {
        tracing::warn!(cut_connections, "requests were still in flight at the deadline");
    }
    Drained { cut_connections }
}
