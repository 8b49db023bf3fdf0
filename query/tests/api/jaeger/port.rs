//! Jaeger's port where another program has it.

use std::net::TcpListener;
use std::sync::Arc;

use prometheus_client::registry::Registry;
use query::{Config, Parts, Web};
use storage::{Health, MemoryStore};
use tokio::runtime::Runtime;

use crate::support::otlp;

fn bind(config: Config) -> Result<Web, query::BindError> {
    let parts = Parts {
        reader: Arc::new(MemoryStore::new()),
        pins: Arc::new(MemoryStore::new()),
        health: Arc::new(|| Health::Accepting),
        otlp: otlp(),
        notice: None,
        ui: axum::Router::new(),
    };
    let mut registry = Registry::default();
    Runtime::new().unwrap().block_on(Web::bind(config, parts, &mut registry))
}

#[test]
fn a_taken_port_is_done_without_unless_somebody_counts_on_it() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let config = |needs_jaeger| Config {
        listen: ([127, 0, 0, 1], 0).into(),
        jaeger_listen: Some(other.local_addr().unwrap()),
        needs_jaeger,
        ..Config::default()
    };
    assert_eq!(bind(config(false)).unwrap().jaeger_address(), None);
    let error = bind(config(true)).err().unwrap().to_string();
    assert!(error.starts_with("jaeger: ") && error.contains("--jaeger-listen off"), "{error}");
}
