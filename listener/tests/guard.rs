//! What the listener does with clients that hold it up. More of it is tested in the
//! collector, which runs on it.

use std::convert::Infallible;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame};
use hyper::body::Incoming;
use tokio_util::sync::CancellationToken;

/// An answer that goes on for ever.
struct Endless;

impl Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b'x'; 16 * 1024])))))
    }
}

#[test]
fn a_client_that_reads_nothing_of_its_answer_is_cut_off() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let listener = runtime.block_on(hopline_listener::bind(any)).unwrap();
    let address = listener.local_addr().unwrap();
    let config = hopline_listener::Config {
        write_timeout: Duration::from_millis(100),
        ..hopline_listener::Config::default()
    };
    let shutdown = CancellationToken::new();
    let service = tower::service_fn(|_: Request<Incoming>| async {
        Ok::<_, Infallible>(Response::new(Endless))
    });
    let serving =
        runtime.spawn(hopline_listener::serve(listener, service, config, shutdown.clone()));

    let mut client = TcpStream::connect(address).unwrap();
    client.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    // The answer is on its way; of the rest nothing is read. It has no end, so only
    // the cut can end it before the drain's deadline, after which it would count.
    client.read_exact(&mut [0]).unwrap();
    shutdown.cancel();
    let drained = runtime.block_on(serving).unwrap();
    assert_eq!(drained.cut_connections, 0);
    let mut rest = Vec::new();
    let ended = client.read_to_end(&mut rest).map_err(|error| error.kind());
    assert!(matches!(ended, Ok(_) | Err(ErrorKind::ConnectionReset)), "{ended:?}");
}

#[test]
fn an_address_in_use_is_named_with_what_to_do() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let error = runtime.block_on(hopline_listener::bind(address)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
    let message = error.to_string();
    assert!(message.contains(&address.to_string()), "{message}");
    assert!(message.contains("another program"), "{message}");
}
