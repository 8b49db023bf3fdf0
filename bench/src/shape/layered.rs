//! A large system as such systems are: 200 services in four layers, 60 operations that
//! enter it. Each operation has a tree of calls that is always the same but for branches
//! that are not taken each time; databases and caches only show as calls that nobody
//! answers, and some calls go through a queue.

use super::diverse::{attribute, field, text, whole};
use super::{Message, ResourceTemplate, SpanTemplate, Templates, TraceTemplate, What};
use crate::dice::Dice;

/// Services in each layer; those of a layer call those of later ones.
const LAYERS: [usize; 4] = [8, 42, 70, 80];
const OPERATIONS: usize = 60;
/// Different traces of each operation: which branches are taken, and how long all takes.
const VARIANTS: usize = 16;
const INSTANCES: usize = 3;
/// Of the tree of an operation, all branches taken.
const SPANS_MIN: usize = 5;
const SPANS_MAX: usize = 60;
/// Services that one of the next layers calls; always the same ones.
const CALLED: usize = 4;
/// Operations of each service that others call.
const ROUTES: usize = 3;
/// So many calls are made each time; the others are a branch.
const ALWAYS: f64 = 0.7;

const NOUNS: &[&str] = &[
    "account", "basket", "catalog", "delivery", "event", "file", "group", "invoice", "label",
    "message", "notice", "order", "price", "quote", "report", "stock", "ticket", "user",
];
const VERBS: &[&str] = &["get", "list", "create", "check", "update"];
const DATABASES: &[&str] = &["postgresql", "mysql", "mongodb"];

/// What a span is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Server,
    Client,
    Internal,
    Database,
    Cache,
    Producer,
    Consumer,
}

/// A span of an operation's tree.
#[derive(Debug)]
struct Node {
    parent: Option<usize>,
    role: Role,
    service: usize,
    name: String,
    /// What is called, or the queue.
    peer: String,
    /// How often it is there if its parent is.
    chance: f64,
    /// What it takes by itself, mostly.
    own_micros: f64,
}

pub(super) fn templates(seed: u64) -> Templates {
    let mut dice = Dice::new(seed, 0x1a);
    let services = LAYERS.iter().sum();
    let mut traces = Vec::new();
    for operation in 0..OPERATIONS {
        let nodes = operation_of(operation, &mut dice);
        // A few operations are most of the traffic.
        let weight = 1 + OPERATIONS / (operation + 1);
        traces.extend((0..VARIANTS).map(|_| trace(&nodes, weight, &mut dice)));
    }
    let resources = (0..services).map(resource).collect();
    Templates { resources, traces, instances: INSTANCES, is_spread: false, long: Vec::new() }
}

fn service_name(service: usize) -> String {
    let noun = NOUNS[service % NOUNS.len()];
    match service < LAYERS[0] {
        true => format!("gateway-{}", letters(service)),
        false => format!("{noun}-{}", letters(service)),
    }
}

/// A number as letters: digits in names look like ids.
fn letters(number: usize) -> String {
    let letter = |digit: usize| char::from(b'a' + (digit % 26) as u8);
    [letter(number / 26), letter(number)].iter().collect()
}

fn layer(service: usize) -> usize {
    let mut end = 0;
    let is_below = |size: &usize| {
        end += size;
        service < end
    };
    LAYERS.iter().position(is_below).unwrap_or(LAYERS.len() - 1)
}

/// One of the services that `service` calls; `None` in the last layer.
fn called_by(service: usize, dice: &mut Dice) -> Option<usize> {
    let next = layer(service) + 1;
    let size = *LAYERS.get(next)?;
    let first: usize = LAYERS[..next].iter().sum();
    Some(first + (service * 31 + dice.below(CALLED) * 17) % size)
}

fn route(service: usize, dice: &mut Dice) -> String {
    let route = dice.below(ROUTES);
    let noun = NOUNS[service % NOUNS.len()];
    format!("{}_{noun}_{}", VERBS[(service + route) % VERBS.len()], letters(route))
}

/// The tree of an operation, each span after its parent.
fn operation_of(operation: usize, dice: &mut Dice) -> Vec<Node> {
    let growth = dice.fraction();
    let count = SPANS_MIN + ((SPANS_MAX - SPANS_MIN) as f64 * growth) as usize;
    let gateway = operation % LAYERS[0];
    let own_micros = 400.0;
    let mut nodes = vec![Node {
        parent: None,
        role: Role::Server,
        service: gateway,
        name: format!("POST /{}/{}", NOUNS[operation % NOUNS.len()], letters(operation)),
        peer: String::new(),
        chance: 1.0,
        own_micros,
    }];
    // Those that may call others, the earliest first.
    let mut open = std::collections::VecDeque::from([0]);
    while let Some(caller) = open.pop_front() {
        let service = nodes[caller].service;
        for _ in 0..2 + dice.below(4) {
            if nodes.len() >= count {
                return nodes;
            }
            let is_always = caller == 0 || dice.chance(ALWAYS);
            let chance = if is_always { 1.0 } else { 0.05 + 0.9 * dice.fraction() };
            let mut add = |parent, role, service, name: String, peer: &str, own_micros| {
                let chance = if parent == caller { chance } else { 1.0 };
                let peer = peer.to_owned();
                let node =
                    Node { parent: Some(parent), role, service, name, peer, chance, own_micros };
                nodes.push(node);
                nodes.len() - 1
            };
            let noun = NOUNS[service % NOUNS.len()];
            let what = dice.fraction();
            match called_by(service, dice) {
                Some(callee) if what < 0.5 || caller == 0 => {
                    let name = route(callee, dice);
                    let peer = service_name(callee);
                    let call = add(caller, Role::Client, service, name.clone(), &peer, 300.0);
                    let own = 200.0 + 3_000.0 * dice.fraction().powi(3);
                    open.push_back(add(call, Role::Server, callee, name, "", own));
                }
                Some(callee) if what < 0.56 => {
                    let queue = format!("{noun}-changed");
                    let send = format!("send {queue}");
                    let sent = add(caller, Role::Producer, service, send, &queue, 500.0);
                    let take = format!("process {queue}");
                    open.push_back(add(sent, Role::Consumer, callee, take, &queue, 2_000.0));
                }
                _ if what < 0.72 => {
                    let name = format!("{} {noun}", ["GET", "SET", "HGET"][dice.below(3)]);
                    add(caller, Role::Cache, service, name, "redis", 400.0);
                }
                _ if what < 0.92 => {
                    let name = format!("{} {noun}", ["SELECT", "INSERT", "UPDATE"][dice.below(3)]);
                    let database = DATABASES[service % DATABASES.len()];
                    add(caller, Role::Database, service, name, database, 2_500.0);
                }
                _ => {
                    add(caller, Role::Internal, service, format!("render {noun}"), "", 800.0);
                }
            }
        }
    }
    nodes
}

/// One way in which an operation runs.
fn trace(nodes: &[Node], weight: usize, dice: &mut Dice) -> TraceTemplate {
    // Where each node is among the spans, if it is.
    let mut places: Vec<Option<usize>> = Vec::with_capacity(nodes.len());
    let mut taken: Vec<(&Node, Option<usize>)> = Vec::new();
    for node in nodes {
        let parent = node.parent.map(|parent| places[parent]);
        let is_taken = parent.is_none_or(|parent| parent.is_some()) && dice.chance(node.chance);
        places.push(is_taken.then_some(taken.len()));
        if is_taken {
            taken.push((node, parent.flatten()));
        }
    }
    // Children run one after the other, in the middle of what their parent does itself.
    let mut durations: Vec<u64> = Vec::with_capacity(taken.len());
    for (node, _) in &taken {
        let exponent: f64 = (0..4).map(|_| dice.fraction()).sum();
        durations.push((node.own_micros * 1e3 * (exponent - 2.0).exp2()) as u64);
    }
    let mut next: Vec<u64> = durations.iter().map(|own| own / 2).collect();
    for at in (1..taken.len()).rev() {
        if let (Node { role, .. }, Some(parent)) = taken[at]
            && *role != Role::Consumer
        {
            durations[parent] += durations[at];
        }
    }
    let mut starts = vec![0; taken.len()];
    for at in 1..taken.len() {
        let (node, Some(parent)) = taken[at] else { continue };
        if node.role == Role::Consumer {
            starts[at] = starts[parent] + durations[parent] + 3_000_000;
            continue;
        }
        starts[at] = starts[parent] + next[parent];
        next[parent] += durations[at];
    }
    let ends: Vec<u64> = starts.iter().zip(&durations).map(|(start, took)| start + took).collect();
    let spans = taken.iter().enumerate().map(|(at, (node, parent))| SpanTemplate {
        resource: node.service,
        scope: ["io.opentelemetry.http".to_owned(), "2.20.1".to_owned()],
        message: span(at, *parent, node, (starts[at], ends[at])),
        parent: *parent,
    });
    let duration_nano = ends.iter().copied().max().unwrap_or(0);
    TraceTemplate { weight, spans: spans.collect(), duration_nano }
}

fn resource(service: usize) -> ResourceTemplate {
    const INSTANCE: &str = "00000000-0000-0000-0000-000000000000";
    let mut message = Message::default();
    let mut add = |key: &str, value: &str| {
        message.message_field(1, &attribute(key, &text(value)));
        message.bytes.len() - value.len()
    };
    add("service.name", &service_name(service));
    add("deployment.environment.name", "production");
    add("k8s.namespace.name", ["shop", "billing", "search", "core"][service % 4]);
    add("telemetry.sdk.language", ["java", "go", "nodejs", "python"][service % 4]);
    let at = add("service.instance.id", INSTANCE);
    ResourceTemplate {
        bytes: message.bytes,
        instance_digits: vec![(at, INSTANCE.len())],
        varying: Vec::new(),
    }
}

fn span(index: usize, parent: Option<usize>, node: &Node, (start, end): (u64, u64)) -> Message {
    let mut span = Message::default();
    span.bytes_field(field::TRACE_ID, &[0; 16]);
    span.vary_last(16, What::TraceId);
    span.bytes_field(field::SPAN_ID, &[0; 8]);
    span.vary_last(8, What::SpanId(index as u16));
    if let Some(parent) = parent {
        span.bytes_field(field::PARENT_SPAN_ID, &[0; 8]);
        span.vary_last(8, What::SpanId(parent as u16));
    }
    span.bytes_field(field::NAME, node.name.as_bytes());
    // Numbers of OTLP's `SpanKind`.
    let kind = match node.role {
        Role::Internal => 1,
        Role::Server => 2,
        Role::Client | Role::Database | Role::Cache => 3,
        Role::Producer => 4,
        Role::Consumer => 5,
    };
    span.number_field(field::KIND, kind);
    span.fixed64_field(field::START, 0);
    span.vary_last(8, What::Time(start));
    span.fixed64_field(field::END, 0);
    span.vary_last(8, What::Time(end));
    let mut add = |key: &str, value: Message| {
        span.message_field(field::ATTRIBUTES, &attribute(key, &value));
    };
    match node.role {
        Role::Internal => add("code.function.name", text(&node.name)),
        Role::Server => {
            add("http.request.method", text("POST"));
            add("http.route", text(&format!("/{}", node.name)));
            add("http.response.status_code", whole(200));
        }
        Role::Client => {
            add("http.request.method", text("POST"));
            add("server.address", text(&node.peer));
            add("http.response.status_code", whole(200));
        }
        Role::Database | Role::Cache => {
            add("db.system.name", text(&node.peer));
            add("db.namespace", text(NOUNS[node.service % NOUNS.len()]));
            add("db.query.text", text(&format!("{} where id = ?", node.name)));
            add("server.address", text(&format!("{}.internal", node.peer)));
        }
        Role::Producer | Role::Consumer => {
            add("messaging.system", text("kafka"));
            add("messaging.destination.name", text(&node.peer));
        }
    }
    let mut status = Message::default();
    status.number_field(3, 0);
    status.vary_last(1, What::Status(index as u16));
    span.message_field(field::STATUS, &status);
    span
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn trees_are_those_of_operations_and_all_services_take_part() {
        let mut dice = Dice::new(1, 0x1a);
        let operations: Vec<_> =
            (0..OPERATIONS).map(|operation| operation_of(operation, &mut dice)).collect();
        let nodes = || operations.iter().flatten();
        let services: BTreeSet<usize> = nodes().map(|node| node.service).collect();
        let paths = nodes().count();
        assert!(services.len() > 150, "{} services", services.len());
        assert!((1_000..6_000).contains(&paths), "{paths} paths");
        assert!(operations.iter().all(|nodes| nodes.len() <= SPANS_MAX));
        assert!(nodes().any(|node| node.role == Role::Consumer));
    }

    #[test]
    fn what_is_not_behind_a_queue_runs_within_its_parent() {
        let mut dice = Dice::new(1, 0x1a);
        let nodes = operation_of(3, &mut dice);
        for _ in 0..20 {
            let trace = trace(&nodes, 1, &mut dice);
            assert!((1..=nodes.len()).contains(&trace.spans.len()));
            assert!(trace.spans.iter().zip(0..).all(|(span, at)| span.parent < Some(at)));
        }
    }
}
