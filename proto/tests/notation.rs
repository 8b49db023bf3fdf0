//! The notation that all tests write their traces in.

use proto::testing::{EPOCH_UNIX_NANO, parse_trace, trace};
use proto::{Attribute, SpanKind, StatusCode, Value};

#[test]
fn indentation_makes_children_and_times_are_milliseconds() {
    let spans = trace(
        "
        # a comment
        frontend GET /checkout  0..100  kind=server
          cart AddItem          10..50
            redis HSET          20.5..30us
          payment Charge        -5..?
        other root  0..1
        ",
    );
    let [frontend, cart, redis, payment, other] = &spans[..] else { panic!("{spans:?}") };
    assert_eq!((frontend.name.as_str(), frontend.kind), ("GET /checkout", SpanKind::SERVER));
    assert_eq!(frontend.service_name(), "frontend");
    assert_eq!(frontend.duration_nano(), 100_000_000);
    assert_eq!(frontend.parent_span_id, None);
    assert_eq!(cart.parent_span_id, Some(frontend.span_id));
    assert_eq!(redis.parent_span_id, Some(cart.span_id));
    assert_eq!(redis.start_time_unix_nano, EPOCH_UNIX_NANO + 20_500_000);
    assert_eq!(redis.end_time_unix_nano, EPOCH_UNIX_NANO + 30_000);
    assert_eq!(payment.parent_span_id, Some(frontend.span_id));
    assert_eq!(payment.start_time_unix_nano, EPOCH_UNIX_NANO - 5_000_000);
    assert_eq!(payment.end_time_unix_nano, 0);
    assert_eq!((other.parent_span_id, other.trace_id), (None, frontend.trace_id));
}

#[test]
fn markers_say_what_indentation_cannot() {
    let spans = trace(
        r#"
        a call     0..10  id=c kind=client "!connection refused" http.response.status_code=503
          b serve  1..9   id=c kind=server ok resource:host.name=h flags=0x301
        b orphan   0..1   parent=gone rate=0.5 retry=true word=NaN
        a late     0..1   trace=t2 link=1/c link=self id=self event=exception@3 parent=none
          a below  0..1
        "#,
    );
    let [call, serve, orphan, late, below] = &spans[..] else { panic!("{spans:?}") };
    assert_eq!(call.span_id, serve.span_id);
    assert_eq!(call.status.message, "connection refused");
    assert!(call.is_error() && serve.status.code == StatusCode::OK);
    assert_eq!(call.attribute("http.response.status_code"), Some(&Value::Int(503)));
    assert_eq!(serve.resource.attributes[1], Attribute::new("host.name", "h"));
    assert_eq!(serve.is_parent_remote(), Some(true));
    assert!(spans.iter().all(|span| Some(span.span_id) != orphan.parent_span_id));
    assert_eq!(orphan.attribute("rate"), Some(&Value::Double(0.5)));
    assert_eq!(orphan.attribute("retry"), Some(&Value::Bool(true)));
    assert_eq!(orphan.attribute("word"), Some(&"NaN".into()));
    assert_ne!(late.trace_id, call.trace_id);
    assert_eq!(below.trace_id, late.trace_id);
    assert_eq!((late.links[0].trace_id, late.links[0].span_id), (call.trace_id, call.span_id));
    assert_eq!((late.links[1].trace_id, late.links[1].span_id), (late.trace_id, late.span_id));
    assert_eq!(late.events[0].time_unix_nano, EPOCH_UNIX_NANO + 3_000_000);
}

#[test]
fn errors_name_the_line() {
    for (text, error) in [
        ("a b", "line 1: no times such as 0..100 after the span name"),
        ("\n0..1", "line 2: no service before the times"),
        ("a 0..1 now", "line 1: `now` is no marker; quote one that has spaces"),
        ("a 0..1 kind=odd", "line 1: `odd` is no span kind"),
        ("a 0..1 \"x", "line 1: a quote is not closed"),
    ] {
        assert_eq!(parse_trace(text).unwrap_err().to_string(), error);
    }
}
