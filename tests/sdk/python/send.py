"""Sends spans with the unmodified exporters of OpenTelemetry Python.

    send.py PROTOCOL ENDPOINT SERVICE SPANS PER_SECOND

PROTOCOL is grpc or protobuf. Prints `TRACE_ID SPAN_ID` of each span whose export
the exporter calls a success; everything else is the SDK's own doing, set by its
own variables (OTEL_BSP_*, OTEL_EXPORTER_OTLP_*).
"""

import sys
import time

from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import (
    OTLPSpanExporter as GrpcExporter,
)
from opentelemetry.exporter.otlp.proto.http.trace_exporter import (
    OTLPSpanExporter as HttpExporter,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    SpanExporter,
    SpanExportResult,
)


class Ledger(SpanExporter):
    """Notes what the real exporter confirms."""

    def __init__(self, exporter):
        self.exporter = exporter

    def export(self, spans):
        result = self.exporter.export(spans)
        if result is SpanExportResult.SUCCESS:
            for span in spans:
                context = span.get_span_context()
                print(f"{context.trace_id:032x} {context.span_id:016x}", flush=True)
        return result

    def shutdown(self):
        self.exporter.shutdown()


def exporter(protocol, endpoint):
    if protocol == "grpc":
        return GrpcExporter(endpoint=endpoint, insecure=True)
    return HttpExporter(endpoint=f"{endpoint}/v1/traces")


def main():
    protocol, endpoint, service, spans, per_second = sys.argv[1:]
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(Ledger(exporter(protocol, endpoint))))
    tracer = provider.get_tracer("hopline-sdk-test")
    for number in range(int(spans)):
        with tracer.start_as_current_span("work", attributes={"number": number}):
            pass
        time.sleep(1 / float(per_second))
    provider.force_flush(120_000)
    provider.shutdown()


main()
