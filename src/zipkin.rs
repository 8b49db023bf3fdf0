//! Zipkin's port: the collector's routes and the query side's on one listener, as Zipkin
//! has it. Here, because those two never meet.

use std::io;
use std::net::SocketAddr;

use anyhow::bail;
use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::config::Settings;

/// A bound port; clients can connect from now on, and are answered once it serves.
pub(crate) struct ZipkinPort {
    listener: TcpListener,
    address: SocketAddr,
    bounds: listener::Config,
}

/// Binds where `settings` say; `None` where they say nowhere, and where nobody asked for it
/// and the port is taken: whoever has a Zipkin on this machine should not need to know of
/// ours.
///
/// # Errors
/// Where it was asked for and cannot be had.
pub(crate) async fn bind(settings: &Settings) -> anyhow::Result<Option<ZipkinPort>> {
    let Some(wanted) = settings.zipkin_listen.address() else {
        return Ok(None);
    };
    let bound = listener::bind(wanted).await;
    let bound = bound.and_then(|listener| Ok((listener.local_addr()?, listener)));
    match bound {
        Ok((address, listener)) => {
            let bounds = listener::Config {
                drain_timeout: settings.web_drain_timeout(),
                ..listener::Config::default()
            };
            Ok(Some(ZipkinPort { listener, address, bounds }))
        }
        Err(error) if !settings.needs_zipkin && error.kind() == io::ErrorKind::AddrInUse => {
            tracing::warn!(
                address = %wanted,
                "another program, perhaps a Zipkin, listens where Zipkin's senders are taken; \
                 doing without, set --zipkin-listen to another address or to off"
            );
            Ok(None)
        }
        Err(error) => bail!(
            "zipkin: {error}; if that is a Zipkin, set --zipkin-listen to another address or to off"
        ),
    }
}

impl ZipkinPort {
    /// Where it is served; the port is a real one even where 0 was asked for.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers by `router` until `shutdown` is cancelled; requests in flight then finish.
    pub(crate) async fn serve(self, router: Router, shutdown: CancellationToken) {
        let drained = listener::serve(self.listener, router, self.bounds, shutdown).await;
        let cut_connections = drained.cut_connections;
        tracing::info!(cut_connections, "zipkin listener stopped");
    }
}
