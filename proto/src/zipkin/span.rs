//! A span in Zipkin's words (zipkin2-api.yaml), normalised as Zipkin does it (`Span.java`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::{SpanId, TraceId};

/// One span as Zipkin v2 has it. What is absent is empty or 0.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Span {
    /// The trace; one of 64 bits begins with 8 zero bytes.
    pub trace_id: TraceId,
    /// The span that caused it, never itself.
    pub parent_id: Option<SpanId>,
    /// Its own id.
    pub id: SpanId,
    /// Its role in a call.
    pub kind: Option<Kind>,
    /// What was done.
    pub name: String,
    /// Its start, microseconds since the Unix epoch.
    pub timestamp: u64,
    /// How long it took, in microseconds.
    pub duration: u64,
    /// Who sent it.
    pub local_endpoint: Endpoint,
    /// Who was at the other end.
    pub remote_endpoint: Endpoint,
    /// What happened during it, by (timestamp, value), each once.
    pub annotations: Vec<Annotation>,
    /// What the sender says about it, by key, each once.
    pub tags: Vec<(String, String)>,
    /// Whether it had to be sampled.
    pub debug: bool,
    /// Whether it shares its id with the other end's span. Never of a client.
    pub shared: bool,
}

/// A span's role in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The asking side of a call.
    Client,
    /// The answering side of a call.
    Server,
    /// The sending side of a message.
    Producer,
    /// The receiving side of a message.
    Consumer,
}

impl Kind {
    /// As Zipkin writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Client => "CLIENT",
            Self::Server => "SERVER",
            Self::Producer => "PRODUCER",
            Self::Consumer => "CONSUMER",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::Client, Self::Server, Self::Producer, Self::Consumer]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// One end of a call.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Endpoint {
    /// The service.
    pub service_name: String,
    /// Its address of version 4.
    pub ipv4: Option<Ipv4Addr>,
    /// Its address of version 6, never one that stands for a version 4.
    pub ipv6: Option<Ipv6Addr>,
    /// Its port.
    pub port: u16,
}

impl Endpoint {
    /// Whether nothing is known of it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn set_ip(&mut self, ip: IpAddr) {
        match ip.to_canonical() {
            IpAddr::V4(ip) => self.ipv4 = Some(ip),
            IpAddr::V6(ip) => self.ipv6 = Some(ip),
        }
    }
}

/// Something that happened during a span.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Annotation {
    /// When, microseconds since the Unix epoch.
    pub timestamp: u64,
    /// What.
    pub value: String,
}

impl Span {
    /// Whether it failed: it has the tag `error`, even an empty one.
    pub fn is_error(&self) -> bool {
        self.tag("error").is_some()
    }

    /// The value of a tag.
    pub fn tag(&self, key: &str) -> Option<&str> {
        let place = self.tags.binary_search_by(|(known, _)| known.as_str().cmp(key)).ok()?;
        self.tags.get(place).map(|(_, value)| value.as_str())
    }

    /// Puts it in the form that the fields promise.
    pub(super) fn normalise(&mut self) {
        self.parent_id = self.parent_id.filter(|id| id.is_valid() && *id != self.id);
        if self.kind == Some(Kind::Client) {
            self.shared = false;
        }
        self.annotations.sort_unstable();
        self.annotations.dedup();
        // Of a key that occurs twice the last counts.
        self.tags.reverse();
        self.tags.sort_by(|(a, _), (b, _)| a.cmp(b));
        self.tags.dedup_by(|(a, _), (b, _)| a == b);
    }
}
