// Sends spans with the unmodified exporters of OpenTelemetry Go.
//
//	send PROTOCOL ENDPOINT SERVICE SPANS PER_SECOND
//
// PROTOCOL is grpc or protobuf. Prints `TRACE_ID SPAN_ID` of each span whose export
// the exporter calls a success; everything else is the SDK's own doing, set by its
// own variables (OTEL_BSP_*, OTEL_EXPORTER_OTLP_*) and its own retry option.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
)

// Patient enough for a server that comes back within a minute.
const (
	firstRetry = 500 * time.Millisecond
	lastRetry  = 2 * time.Second
	patience   = time.Minute
)

// ledger notes what the real exporter confirms.
type ledger struct{ trace.SpanExporter }

func (l ledger) ExportSpans(ctx context.Context, spans []trace.ReadOnlySpan) error {
	if err := l.SpanExporter.ExportSpans(ctx, spans); err != nil {
		return err
	}
	for _, span := range spans {
		id := span.SpanContext()
		fmt.Println(id.TraceID(), id.SpanID())
	}
	return nil
}

func exporter(ctx context.Context, protocol, endpoint string) (*otlptrace.Exporter, error) {
	if protocol == "grpc" {
		return otlptracegrpc.New(ctx,
			otlptracegrpc.WithEndpointURL(endpoint),
			otlptracegrpc.WithRetry(otlptracegrpc.RetryConfig{
				Enabled: true, InitialInterval: firstRetry,
				MaxInterval: lastRetry, MaxElapsedTime: patience,
			}))
	}
	return otlptracehttp.New(ctx,
		otlptracehttp.WithEndpointURL(endpoint+"/v1/traces"),
		otlptracehttp.WithRetry(otlptracehttp.RetryConfig{
			Enabled: true, InitialInterval: firstRetry,
			MaxInterval: lastRetry, MaxElapsedTime: patience,
		}))
}

func run(protocol, endpoint, service string, spans int, perSecond float64) error {
	ctx := context.Background()
	exporter, err := exporter(ctx, protocol, endpoint)
	if err != nil {
		return err
	}
	provider := trace.NewTracerProvider(
		trace.WithBatcher(ledger{exporter}),
		trace.WithResource(resource.NewSchemaless(attribute.String("service.name", service))),
	)
	tracer := provider.Tracer("hopline-sdk-test")
	for number := range spans {
		_, span := tracer.Start(ctx, "work")
		span.SetAttributes(attribute.Int("number", number))
		span.End()
		time.Sleep(time.Duration(float64(time.Second) / perSecond))
	}
	if err := provider.ForceFlush(ctx); err != nil {
		return err
	}
	return provider.Shutdown(ctx)
}

func main() {
	if len(os.Args) != 6 {
		log.Fatal("usage: send PROTOCOL ENDPOINT SERVICE SPANS PER_SECOND")
	}
	spans, err := strconv.Atoi(os.Args[4])
	if err != nil {
		log.Fatal(err)
	}
	perSecond, err := strconv.ParseFloat(os.Args[5], 64)
	if err != nil {
		log.Fatal(err)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3], spans, perSecond); err != nil {
		log.Fatal(err)
	}
}
