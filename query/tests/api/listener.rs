//! The listener as a whole: bound, asked over TCP, stopped.

use std::sync::Arc;

use axum::Router;
use prometheus_client::registry::Registry;
use query::{BindError, Config, Parts, Stopped, Web};
use storage::Health;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use crate::support::{SHOP, otlp, store};

fn config() -> Config {
    Config { listen: "127.0.0.1:0".parse().unwrap(), ..Config::default() }
}

fn parts() -> Parts {
    let store = Arc::new(store(proto::testing::trace(SHOP)));
    Parts {
        reader: Arc::clone(&store) as _,
        pins: store,
        health: Arc::new(|| Health::Accepting),
        otlp: otlp(),
        notice: None,
        ui: Router::new(),
    }
}

#[tokio::test]
async fn it_answers_until_it_is_stopped() {
    let mut registry = Registry::default();
    let web = Web::bind(config(), parts(), &mut registry).await.unwrap();
    let address = web.address();
    assert_ne!(address.port(), 0);
    let shutdown = CancellationToken::new();
    let running = tokio::spawn(web.run(Arc::new(registry), shutdown.clone()));

    let mut connection = TcpStream::connect(address).await.unwrap();
    let request = "GET /api/v1/services?since=all HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains(r#"{"services":["bank","#), "{answer}");

    shutdown.cancel();
    assert_eq!(running.await.unwrap(), Stopped::default());
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn an_address_in_use_is_named() {
    let mut registry = Registry::default();
    let web = Web::bind(config(), parts(), &mut registry).await.unwrap();
    let taken = Config { listen: web.address(), ..config() };
    let error = Web::bind(taken, parts(), &mut registry).await.err().unwrap();
    assert!(matches!(error, BindError::Address(_)));
    let sentence = error.to_string();
    assert!(sentence.contains(&web.address().to_string()), "{sentence}");
}
