//! Whom a call is to that nobody answers, by what its own span says: a database, a queue,
//! or something else that sends no spans.

use std::net::IpAddr;

use proto::{Span, SpanKind, Value};

use crate::key::{name_key, normal};

/// Another side that sends no spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// What it is.
    pub kind: PeerKind,
    /// The number of its name, see [`crate::name_key`].
    pub name: u64,
}

/// What another side is that sends no spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PeerKind {
    /// A database.
    Database,
    /// A queue or topic.
    Queue,
    /// Anything else with a name: a service without instrumentation, somebody else's API.
    External,
}

/// The attributes that count, of each meaning the newest spelling first.
const KEYS: [&str; 16] = [
    "service.peer.name",
    "peer.service",
    "db.system.name",
    "db.system",
    "db.namespace",
    "db.name",
    "messaging.system",
    "messaging.destination.template",
    "messaging.destination.name",
    "messaging.destination",
    "messaging.destination.temporary",
    "messaging.destination.anonymous",
    "server.address",
    "net.peer.name",
    "rpc.service",
    "http.host",
];

/// Places in [`KEYS`].
mod places {
    use std::ops::Range;

    pub(super) const SERVICE: Range<usize> = 0..2;
    pub(super) const DATABASE: Range<usize> = 2..4;
    pub(super) const NAMESPACE: Range<usize> = 4..6;
    pub(super) const MESSAGING: Range<usize> = 6..7;
    pub(super) const DESTINATION: Range<usize> = 7..10;
    pub(super) const IS_TEMPORARY: Range<usize> = 10..12;
    pub(super) const ADDRESS: Range<usize> = 12..14;
    pub(super) const RPC: Range<usize> = 14..15;
    pub(super) const HOST: Range<usize> = 15..16;
}

/// What a span says about the other side: by attribute its value, or a number for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Said<T>([Option<T>; KEYS.len()]);

/// Which of a [`Said`] an attribute with this key is; `None` where it does not count.
pub fn said_place(key: &str) -> Option<usize> {
    KEYS.iter().position(|known| *known == key)
}

impl<T: Copy> Said<T> {
    /// Notes the value of the attribute at `place`, see [`said_place`]: not an empty one, and
    /// of a flag only where it is set. The last of several counts.
    pub fn note(&mut self, place: usize, value: T) {
        if let Some(said) = self.0.get_mut(place) {
            *said = Some(value);
        }
    }

    /// Whether nothing was noted.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// The same of each value.
    pub fn map<U: Copy>(&self, mut of: impl FnMut(T) -> U) -> Said<U> {
        Said(self.0.map(|said| said.map(&mut of)))
    }

    /// Only what decides on the name of the other side of a span of this kind: calls to the
    /// same side say the same then, however their other attributes differ.
    #[must_use]
    pub fn telling(mut self, kind: SpanKind) -> Self {
        let messages = places::MESSAGING.start..places::ADDRESS.start;
        let telling = if kind == SpanKind::CONSUMER {
            // What else it says is about itself.
            messages
        } else if self.first(places::SERVICE).is_some() {
            places::SERVICE.start..places::ADDRESS.start
        } else if self.first(places::DATABASE).is_some() {
            places::DATABASE.start..places::NAMESPACE.end
        } else if self.is_messaging() {
            messages
        } else {
            places::ADDRESS.start..KEYS.len()
        };
        for (place, said) in self.0.iter_mut().enumerate() {
            if !telling.contains(&place) {
                *said = None;
            }
        }
        self
    }

    fn first(&self, places: std::ops::Range<usize>) -> Option<T> {
        self.0.get(places)?.iter().copied().flatten().next()
    }

    fn is_messaging(&self) -> bool {
        self.first(places::MESSAGING).or(self.first(places::DESTINATION)).is_some()
    }
}

impl Said<&str> {
    /// Who the other side is of a call of this kind; `None` where there is no name for it:
    /// addresses that are numbers differ from one start of the same thing to the next.
    pub fn peer(&self, kind: SpanKind) -> Option<(PeerKind, String)> {
        let is_message = kind == SpanKind::PRODUCER || kind == SpanKind::CONSUMER;
        let database = self.first(places::DATABASE);
        let is_queue = self.is_messaging();
        if kind == SpanKind::CONSUMER {
            return self.queue().map(|name| (PeerKind::Queue, name));
        }
        let kind = match database {
            Some(_) => PeerKind::Database,
            None if is_queue || is_message => PeerKind::Queue,
            None => PeerKind::External,
        };
        let name = if let Some(service) = self.first(places::SERVICE) {
            service.to_owned()
        } else if let Some(system) = database {
            joined(system, self.first(places::NAMESPACE))
        } else if let Some(queue) = self.queue() {
            queue
        } else {
            let address = self.first(places::ADDRESS).and_then(host);
            let rpc = || self.first(places::RPC).map(str::to_owned);
            address.or_else(rpc).or_else(|| self.first(places::HOST).and_then(host))?
        };
        Some((kind, name))
    }

    fn queue(&self) -> Option<String> {
        let is_temporary = self.first(places::IS_TEMPORARY).is_some();
        let destination = self.first(places::DESTINATION).filter(|_| !is_temporary).map(normal);
        match self.first(places::MESSAGING) {
            Some(system) => Some(joined(system, destination.as_deref())),
            None => destination,
        }
    }
}

fn joined(system: &str, name: Option<&str>) -> String {
    name.map_or_else(|| system.to_owned(), |name| format!("{system}/{name}"))
}

/// The host of `address` without its port, in lower case and without ids; `None` of a
/// number, and of this machine.
fn host(address: &str) -> Option<String> {
    if address.parse::<IpAddr>().is_ok() || address.starts_with('[') {
        return None;
    }
    let host = match address.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => address,
    };
    let is_named = !host.is_empty() && host != "localhost" && host.parse::<IpAddr>().is_err();
    is_named.then(|| normal(&host.to_ascii_lowercase()))
}

/// Whether spans of this kind have another side that may send no spans.
pub fn has_peer(kind: SpanKind) -> bool {
    [SpanKind::CLIENT, SpanKind::PRODUCER, SpanKind::CONSUMER].contains(&kind)
}

/// Who the other side of `span` is, by its own attributes.
pub fn peer(span: &Span) -> Option<(PeerKind, String)> {
    if !has_peer(span.kind) {
        return None;
    }
    let mut said = Said::default();
    for attribute in &span.attributes {
        let Some(place) = said_place(&attribute.key) else { continue };
        match &attribute.value {
            Value::String(text) if !text.is_empty() => said.note(place, text.as_str()),
            Value::Bool(true) => said.note(place, "true"),
            _ => {}
        }
    }
    said.telling(span.kind).peer(span.kind)
}

impl Peer {
    /// By number.
    pub fn of((kind, name): &(PeerKind, String)) -> Self {
        Self { kind: *kind, name: name_key(name) }
    }
}

#[cfg(test)]
mod tests {
    use proto::Attribute;
    use proto::testing::trace;

    use super::*;

    fn peer_of(kind: SpanKind, said: &[(&str, &str)]) -> Option<(PeerKind, String)> {
        let mut span = trace("a call 0..1").remove(0);
        span.kind = kind;
        span.attributes = said.iter().map(|(key, value)| Attribute::new(*key, *value)).collect();
        peer(&span)
    }

    #[test]
    fn peers_are_named_by_what_tells_most() {
        use PeerKind::{Database, External, Queue};
        for (kind, said, expected) in [
            (
                SpanKind::CLIENT,
                &[("db.system.name", "postgresql"), ("db.namespace", "shop")][..],
                Some((Database, "postgresql/shop")),
            ),
            (
                SpanKind::CLIENT,
                &[("db.system", "redis"), ("server.address", "10.0.0.7")],
                Some((Database, "redis")),
            ),
            (
                SpanKind::CLIENT,
                &[("peer.service", "orders-db"), ("db.system", "mysql"), ("db.name", "orders")],
                Some((Database, "orders-db")),
            ),
            (
                SpanKind::PRODUCER,
                &[("messaging.system", "kafka"), ("messaging.destination.name", "orders")],
                Some((Queue, "kafka/orders")),
            ),
            (
                SpanKind::CONSUMER,
                &[("messaging.destination.name", "job-7/42"), ("peer.service", "x")],
                Some((Queue, "job-7/*")),
            ),
            (
                SpanKind::CLIENT,
                &[("server.address", "API.Bank.example:443"), ("rpc.service", "bank.Bank")],
                Some((External, "api.bank.example")),
            ),
            (
                SpanKind::CLIENT,
                &[("net.peer.name", "10.1.2.3"), ("rpc.service", "oteldemo.Cart")],
                Some((External, "oteldemo.Cart")),
            ),
            (SpanKind::CLIENT, &[("http.host", "bank:8080")], Some((External, "bank"))),
            (SpanKind::CLIENT, &[("server.address", "::1"), ("http.host", "[::1]:80")], None),
            (SpanKind::CLIENT, &[("server.address", "localhost")], None),
            (SpanKind::CLIENT, &[("peer.service", "")], None),
            (SpanKind::CONSUMER, &[("peer.service", "x")], None),
            (SpanKind::SERVER, &[("peer.service", "x")], None),
        ] {
            let expected = expected.map(|(kind, name)| (kind, name.to_owned()));
            assert_eq!(peer_of(kind, said), expected, "{said:?}");
        }
    }

    #[test]
    fn a_queue_for_one_answer_has_its_systems_name() {
        let span = "a send 0..1 kind=producer messaging.system=rabbitmq \
                    messaging.destination.name=amq.gen-JzTY20BRgKO \
                    messaging.destination.temporary=true";
        assert_eq!(peer(&trace(span)[0]), Some((PeerKind::Queue, "rabbitmq".to_owned())));
    }
}
