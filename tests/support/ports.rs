use std::net::{Ipv4Addr, TcpListener};

use rand::RngExt;

/// Four ports of the loopback address that stay the same over restarts.
///
/// They lie below the range from which the kernel takes the near ends of outgoing
/// connections: a client that knocks again and again on a port of that range while
/// its server is down is, once in a while, connected to itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ports {
    pub(crate) grpc: u16,
    pub(crate) http: u16,
    pub(crate) web: u16,
    pub(crate) zipkin: u16,
}

impl Ports {
    /// The kernel's choice, another one at every start.
    pub(crate) const ANY: Self = Self { grpc: 0, http: 0, web: 0, zipkin: 0 };

    /// Four that nobody listens on now.
    pub(crate) fn fixed() -> Self {
        let mut free = std::iter::repeat_with(|| rand::rng().random_range(20_000..32_000))
            .filter(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok());
        let mut next = || free.next().expect("a free port");
        Self { grpc: next(), http: next(), web: next(), zipkin: next() }
    }
}
