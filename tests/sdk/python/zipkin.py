"""One request through two services, reported by the unmodified `py_zipkin`.

    zipkin.py ENCODING HOST PORT

ENCODING is V2_JSON or V2_PROTO3. The two sides of the call share their span's id, as B3
propagation has it, and report for themselves, the callee first. Prints the trace id.
"""

import sys

from py_zipkin.encoding import Encoding
from py_zipkin.request_helpers import create_http_headers
from py_zipkin.storage import Tracer
from py_zipkin.transport import SimpleHTTPTransport
from py_zipkin.util import ZipkinAttrs
from py_zipkin.zipkin import zipkin_client_span, zipkin_server_span


def main():
    encoding, host, port = sys.argv[1:]
    reports = {
        "transport_handler": SimpleHTTPTransport(host, int(port)),
        "encoding": Encoding[encoding],
    }
    with zipkin_server_span("py-shop", "get /cart", sample_rate=100.0, **reports) as root:
        with zipkin_client_span("py-shop", "post /pay") as call:
            call.update_binary_annotations({"http.path": "/pay"})
            headers = create_http_headers()
            answer(headers, reports)
        print(root.zipkin_attrs.trace_id)


def answer(headers, reports):
    of_caller = ZipkinAttrs(
        trace_id=headers["X-B3-TraceId"],
        span_id=headers["X-B3-SpanId"],
        parent_span_id=headers["X-B3-ParentSpanId"],
        flags=headers["X-B3-Flags"],
        is_sampled=headers["X-B3-Sampled"] == "1",
    )
    # What another process would have of its own.
    tracer = Tracer()
    span = zipkin_server_span(
        "py-card", "post /pay", zipkin_attrs=of_caller, _tracer=tracer, **reports
    )
    with span:
        span.update_binary_annotations({"error": "card was refused"})
        span.add_annotation("asked the bank")


main()
