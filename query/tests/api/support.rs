//! The API under test, and the traces it is asked about.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use prometheus_client::registry::Registry;
use proto::{Batch, Span};
use query::{App, Config, OtlpAddresses, Parts};
use serde_json::Value;
use storage::{Health, MemoryStore, Pins, SpanWriter, TraceReader};
use tokio::runtime::Runtime;
use tower::ServiceExt;

/// Four traces, each with a trait of its own; their starts are a minute apart, the
/// first is the oldest.
pub(crate) const SHOP: &str = r#"
frontend GET /checkout  0..1100   kind=server  trace=checkout  id=root
  frontend POST /charge 10..1000  kind=client  id=call
    bank POST /charge   100..900  kind=server  id=bank  !declined  http.response.status_code=500  event=exception@899  resource:host.name=b1
frontend GET /cart      60000..60020  kind=server  trace=cart  http.response.status_code=200
  redis HSET            60005..60010  kind=client  ok  db.rows=3  db.ratio=0.5  cached=true
batch nightly           120000..125000  kind=7  trace=batch
  batch step            120000..121000  !one
  batch step            122000..123000  !two  link=checkout/bank
worker consume          180000..180001  kind=consumer  trace=work  resource:host.name=w1
"#;

/// What stands in for the viewer; long enough to be compressed.
pub(crate) const VIEWER: &str = "the viewer, the viewer, the viewer, the viewer, the viewer";

/// The API over some store.
pub(crate) struct Api {
    router: Router,
    runtime: Runtime,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Where spans would be sent to.
pub(crate) fn otlp() -> OtlpAddresses {
    OtlpAddresses { grpc: ([127, 0, 0, 1], 14317).into(), http: ([127, 0, 0, 1], 14318).into() }
}

impl Api {
    /// Over a store that holds `spans`.
    pub(crate) fn with(spans: Vec<Span>) -> Self {
        Self::configured(spans, Config::default())
    }

    /// Over a store that holds [`SHOP`].
    pub(crate) fn shop() -> Self {
        Self::with(proto::testing::trace(SHOP))
    }

    pub(crate) fn configured(spans: Vec<Span>, config: Config) -> Self {
        Self::over_all(Arc::new(store(spans)), config)
    }

    /// Over `store`, whose traces can be pinned.
    pub(crate) fn over_all(store: Arc<impl TraceReader + Pins + 'static>, config: Config) -> Self {
        Self::start(Arc::clone(&store) as _, store, config, Health::Accepting)
    }

    /// Over `reader`, of whose traces none can be pinned.
    pub(crate) fn over(reader: Arc<dyn TraceReader>, config: Config, health: Health) -> Self {
        Self::start(reader, Arc::new(MemoryStore::new()), config, health)
    }

    fn start(
        reader: Arc<dyn TraceReader>,
        pins: Arc<dyn Pins>,
        config: Config,
        health: Health,
    ) -> Self {
        let ui = Router::new().fallback(async || VIEWER);
        let parts = Parts {
            reader,
            pins,
            health: Arc::new(move || health.clone()),
            otlp: otlp(),
            notice: None,
            ui,
        };
        let mut registry = Registry::default();
        let app = App::start(&config, parts, &mut registry).unwrap();
        let runtime = Runtime::new().unwrap();
        Self { router: app.router(Arc::new(registry)), runtime }
    }

    /// `request` and its whole answer.
    pub(crate) fn send(&self, request: Request<Body>) -> Answer {
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let body = body.collect().await.unwrap().to_bytes().to_vec();
            Answer { status: parts.status, headers: parts.headers, body }
        })
    }

    /// `request` and its whole answer: what stands before the body, the body, and what
    /// stands behind it.
    pub(crate) fn exchange(
        &self,
        request: Request<Body>,
    ) -> (HeaderMap, Vec<u8>, Option<HeaderMap>) {
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let body = body.collect().await.unwrap();
            let trailers = body.trailers().cloned();
            (parts.headers, body.to_bytes().to_vec(), trailers)
        })
    }

    /// Several requests at once, and their answers.
    pub(crate) fn send_all(&self, requests: Vec<Request<Body>>) -> Vec<StatusCode> {
        self.runtime.block_on(async {
            let requests = requests.into_iter().map(|request| {
                let answer = self.router.clone().oneshot(request);
                tokio::spawn(async { answer.await.unwrap().status() })
            });
            let mut answers = Vec::new();
            for answer in requests.collect::<Vec<_>>() {
                answers.push(answer.await.unwrap());
            }
            answers
        })
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> Answer {
        self.send(Request::builder().method(method).uri(path).body(Body::empty()).unwrap())
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path)
    }

    /// `GET path`, which must be answered 200 with JSON.
    #[track_caller]
    pub(crate) fn json(&self, path: &str) -> Value {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// The root names of the traces that `query` finds in all of time, in order.
    #[track_caller]
    pub(crate) fn found(&self, query: &str) -> Vec<String> {
        let answer = self.json(&format!("/api/v1/search?since=all&{query}"));
        let traces = answer["traces"].as_array().unwrap().iter();
        traces.map(|trace| trace["root_name"].as_str().unwrap().to_owned()).collect()
    }
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), "application/json", "{}", self.text());
        serde_json::from_slice(&self.body).unwrap()
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.unwrap_or_else(|| panic!("no header {name}")).to_str().unwrap()
    }
}

/// A store that holds `spans`.
pub(crate) fn store(spans: Vec<Span>) -> MemoryStore {
    let store = MemoryStore::default();
    store.write(&[Arc::new(Batch::of(&spans))]).unwrap();
    store
}

/// The texts in a list.
#[track_caller]
pub(crate) fn texts(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

/// Checks that `answer` is this error, in the one shape that errors have.
#[track_caller]
pub(crate) fn check_error(
    answer: &Answer,
    status: u16,
    code: &str,
    parameter: Option<&str>,
    sentence: &str,
) {
    assert_eq!(answer.status, status, "{}", answer.text());
    let body = answer.json();
    assert_eq!(body["code"], code, "{body}");
    assert_eq!(body.get("parameter").and_then(|name| name.as_str()), parameter, "{body}");
    assert_eq!(body["error"].as_str().unwrap(), sentence);
    let fields = if parameter.is_some() { 3 } else { 2 };
    assert_eq!(body.as_object().unwrap().len(), fields, "{body}");
}

/// `spans` within ten seconds: those of centuries add up to more than there is room for.
pub(crate) fn near(mut spans: Vec<Span>) -> Vec<Span> {
    for span in &mut spans {
        span.start_time_unix_nano %= 10_000_000_000;
        span.end_time_unix_nano %= 10_000_000_000;
    }
    spans
}
