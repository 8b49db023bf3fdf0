//! A store that fails, a question that takes too long, too many at once.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use axum::body::Body;
use http::Request;
use proto::TraceId;
use query::Config;
use storage::{
    CatalogPage, CatalogQuestion, Chains, ChainsQuestion, Completeness, Deadline, Health,
    ReadError, Scan, Series, SeriesQuestion, Stats, Sweep, Trace, TraceBounds, TraceReader,
    Versions, VersionsQuestion, Visitor,
};

use crate::support::{Api, SHOP, check_error as check};

/// A store that answers nothing, each question in its own way.
struct Failing(fn() -> ReadError);

impl TraceReader for Failing {
    fn trace(&self, _: TraceId, _: TraceBounds, _: Deadline) -> Result<Option<Trace>, ReadError> {
        Err((self.0)())
    }

    fn scan(&self, _: &Scan, _: Deadline, _: &mut dyn Visitor) -> Result<Completeness, ReadError> {
        Err((self.0)())
    }

    fn sweep(&self, _: &Scan, _: Deadline) -> Result<Box<dyn Sweep>, ReadError> {
        Err((self.0)())
    }

    fn chains(&self, _: &ChainsQuestion, _: Deadline) -> Result<Chains, ReadError> {
        Err((self.0)())
    }

    fn series(&self, _: &SeriesQuestion, _: Deadline) -> Result<Series, ReadError> {
        Err((self.0)())
    }

    fn catalog(&self, _: &CatalogQuestion, _: Deadline) -> Result<CatalogPage, ReadError> {
        Err((self.0)())
    }

    fn versions(&self, _: VersionsQuestion, _: Deadline) -> Result<Versions, ReadError> {
        Err((self.0)())
    }

    fn stats(&self) -> Stats {
        Stats::default()
    }
}

#[test]
fn what_the_store_cannot_answer_is_told() {
    type Case = (fn() -> ReadError, u16, &'static str, &'static str);
    let cases: [Case; 5] = [
        (
            || ReadError::DeadlineExceeded,
            504,
            "deadline_exceeded",
            "the answer took longer than allowed: ask for a shorter time range or for less",
        ),
        (
            || ReadError::Corrupt { what: "segment 7".to_owned() },
            500,
            "corrupt",
            "stored data does not verify: segment 7",
        ),
        (
            || ReadError::Unavailable { reason: "segment 7".to_owned() },
            503,
            "unavailable",
            "the store cannot read: segment 7",
        ),
        (
            || ReadError::Invalid { reason: "segment 7".to_owned() },
            400,
            "invalid_parameter",
            "segment 7",
        ),
        (
            || panic!("on purpose: a question that panics"),
            500,
            "internal",
            "this question ran into a defect of hopline; its log says where",
        ),
    ];
    for (error, status, code, sentence) in cases {
        let api = Api::over(Arc::new(Failing(error)), Config::default(), Health::Accepting);
        for path in [
            "services",
            "attributes/values?key=a",
            "search",
            "compare",
            "chains",
            "hops",
            "hops/7b5cf8cb593c6c0c",
            "red?service=bank",
            "graph",
            "tail",
            "traces/0af7651916cd43dd8448eb211c80319c",
            "traces/0af7651916cd43dd8448eb211c80319c/otlp",
            "traces/0af7651916cd43dd8448eb211c80319c/spans/b7ad6b7169203331",
        ] {
            let answer = api.get(&format!("/api/v1/{path}"));
            check(&answer, status, code, None, sentence);
            assert_eq!(answer.headers.contains_key("retry-after"), status == 503);
        }
        // A panic harms nothing but its own question.
        assert_eq!(api.get("/api/v1/status").status, 200);
    }
}

/// A store whose traces cannot be read, though they can be found.
struct Unreadable(storage::MemoryStore);

impl TraceReader for Unreadable {
    fn trace(&self, _: TraceId, _: TraceBounds, _: Deadline) -> Result<Option<Trace>, ReadError> {
        Err(ReadError::Corrupt { what: "block 3".to_owned() })
    }

    fn scan(
        &self,
        scan: &Scan,
        deadline: Deadline,
        visitor: &mut dyn Visitor,
    ) -> Result<Completeness, ReadError> {
        self.0.scan(scan, deadline, visitor)
    }

    fn sweep(&self, scan: &Scan, deadline: Deadline) -> Result<Box<dyn Sweep>, ReadError> {
        self.0.sweep(scan, deadline)
    }

    fn chains(&self, of: &ChainsQuestion, deadline: Deadline) -> Result<Chains, ReadError> {
        self.0.chains(of, deadline)
    }

    fn series(&self, of: &SeriesQuestion, deadline: Deadline) -> Result<Series, ReadError> {
        self.0.series(of, deadline)
    }

    fn catalog(&self, of: &CatalogQuestion, deadline: Deadline) -> Result<CatalogPage, ReadError> {
        self.0.catalog(of, deadline)
    }

    fn versions(&self, of: VersionsQuestion, deadline: Deadline) -> Result<Versions, ReadError> {
        self.0.versions(of, deadline)
    }

    fn stats(&self) -> Stats {
        self.0.stats()
    }
}

#[test]
fn a_verdict_that_cannot_be_had_leaves_the_list_whole() {
    let spans = proto::testing::trace(SHOP);
    let store = Unreadable(crate::support::store(spans.clone()));
    let api = Api::over(Arc::new(store), Config::default(), Health::Accepting);
    let answer = api.json("/api/v1/search?since=all&service=bank");
    assert_eq!(answer["traces"][0]["root_name"], "GET /checkout");
    assert!(answer["traces"][0]["verdict"].is_null());
    let id = spans[0].trace_id;
    let missing = format!("the verdict on trace {id}: stored data does not verify: block 3");
    assert_eq!(answer["completeness"]["missing"], serde_json::json!([missing]));
}

/// A store whose answers wait until they are let go.
#[derive(Default)]
struct Gate {
    asked: Mutex<usize>,
    open: Mutex<bool>,
    changed: Condvar,
}

impl Gate {
    fn open(&self) {
        *self.open.lock().unwrap() = true;
        self.changed.notify_all();
    }

    fn asked(&self) -> usize {
        *self.asked.lock().unwrap()
    }
}

impl TraceReader for Gate {
    fn trace(&self, _: TraceId, _: TraceBounds, _: Deadline) -> Result<Option<Trace>, ReadError> {
        *self.asked.lock().unwrap() += 1;
        let open = self.open.lock().unwrap();
        drop(self.changed.wait_while(open, |open| !*open).unwrap());
        Ok(None)
    }

    fn scan(&self, _: &Scan, _: Deadline, _: &mut dyn Visitor) -> Result<Completeness, ReadError> {
        Err(ReadError::DeadlineExceeded)
    }

    fn sweep(&self, _: &Scan, _: Deadline) -> Result<Box<dyn Sweep>, ReadError> {
        Err(ReadError::DeadlineExceeded)
    }

    fn chains(&self, _: &ChainsQuestion, _: Deadline) -> Result<Chains, ReadError> {
        Err(ReadError::DeadlineExceeded)
    }

    fn series(&self, _: &SeriesQuestion, _: Deadline) -> Result<Series, ReadError> {
        Err(ReadError::DeadlineExceeded)
    }

    fn catalog(&self, _: &CatalogQuestion, _: Deadline) -> Result<CatalogPage, ReadError> {
        Err(ReadError::DeadlineExceeded)
    }

    fn versions(&self, _: VersionsQuestion, _: Deadline) -> Result<Versions, ReadError> {
        Err(ReadError::DeadlineExceeded)
    }

    fn stats(&self) -> Stats {
        Stats::default()
    }
}

fn get_trace() -> Request<Body> {
    let uri = "/api/v1/traces/0af7651916cd43dd8448eb211c80319c";
    Request::builder().uri(uri).body(Body::empty()).unwrap()
}

#[test]
fn too_many_questions_are_refused_at_once() {
    let gate = Arc::new(Gate::default());
    let config = Config {
        concurrent_questions_max: 1,
        waiting_questions_max: 2,
        deadline: Duration::from_secs(600),
        ..Config::default()
    };
    let api = Api::over(gate.clone(), config, Health::Accepting);
    std::thread::scope(|scope| {
        let first = scope.spawn(|| api.send(get_trace()).status);
        while gate.asked() < 1 {
            std::thread::yield_now();
        }
        // One is at work, two may wait; the other two are refused while it works.
        let others = scope.spawn(|| api.send_all((0..4).map(|_| get_trace()).collect()));
        while !api.get("/metrics").text().contains("hopline_query_refused_questions_total 2") {
            std::thread::yield_now();
        }
        let refused = api.send(get_trace());
        check(&refused, 503, "busy", None, "too many questions at once; ask again after 1s");
        assert_eq!(refused.header("retry-after"), "1");
        // Whoever watches the server still gets answers.
        assert_eq!(api.get("/api/v1/status").status, 200);
        assert_eq!(api.get("/healthz").status, 200);
        gate.open();
        assert_eq!(first.join().unwrap(), 404);
        let mut statuses: Vec<u16> =
            others.join().unwrap().iter().map(|status| status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [404, 404, 503, 503]);
    });
}

#[test]
fn a_question_that_outlasts_its_deadline_is_answered_all_the_same() {
    let gate = Arc::new(Gate::default());
    let config = Config { deadline: Duration::ZERO, ..Config::default() };
    let api = Api::over(gate.clone(), config, Health::Accepting);
    let answer = api.send(get_trace());
    gate.open();
    assert_eq!(answer.status, 504);
    assert_eq!(answer.json()["code"], "deadline_exceeded");
}
