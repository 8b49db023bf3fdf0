"""Logs from within a span, and from outside of one, with Python's own `logging` and the
unmodified exporters of OpenTelemetry Python.

    logs.py PROTOCOL ENDPOINT SERVICE

PROTOCOL is grpc or protobuf. The log record goes out before its span ends. Prints
`TRACE_ID SPAN_ID`.
"""

import logging
import sys
import warnings

from opentelemetry.exporter.otlp.proto.grpc._log_exporter import (
    OTLPLogExporter as GrpcLogExporter,
)
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import (
    OTLPSpanExporter as GrpcSpanExporter,
)
from opentelemetry.exporter.otlp.proto.http._log_exporter import (
    OTLPLogExporter as HttpLogExporter,
)
from opentelemetry.exporter.otlp.proto.http.trace_exporter import (
    OTLPSpanExporter as HttpSpanExporter,
)
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

# Its successor is a package of its own, which would bring the instrumentation with it.
warnings.filterwarnings("ignore", category=DeprecationWarning)


def exporters(protocol, endpoint):
    if protocol == "grpc":
        return (
            GrpcSpanExporter(endpoint=endpoint, insecure=True),
            GrpcLogExporter(endpoint=endpoint, insecure=True),
        )
    return (
        HttpSpanExporter(endpoint=f"{endpoint}/v1/traces"),
        HttpLogExporter(endpoint=f"{endpoint}/v1/logs"),
    )


def main():
    protocol, endpoint, service = sys.argv[1:]
    spans, logs = exporters(protocol, endpoint)
    resource = Resource.create({"service.name": service})
    tracers = TracerProvider(resource=resource)
    tracers.add_span_processor(SimpleSpanProcessor(spans))
    loggers = LoggerProvider(resource=resource)
    loggers.add_log_record_processor(SimpleLogRecordProcessor(logs))
    logger = logging.getLogger("payment")
    logger.addHandler(LoggingHandler(logger_provider=loggers))
    logger.error("of no span")
    with tracers.get_tracer("hopline-sdk-test").start_as_current_span("work") as span:
        logger.error("card of order %s was refused", "o-17")
        context = span.get_span_context()
    print(f"{context.trace_id:032x} {context.span_id:016x}")
    loggers.shutdown()
    tracers.shutdown()


main()
