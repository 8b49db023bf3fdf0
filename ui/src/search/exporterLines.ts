/** The environment that points an OpenTelemetry SDK at this server's OTLP/HTTP port. */
export function exporterLines(hostname: string): string {
  // The address bar writes IPv6 addresses in brackets already.
  return [
    `export OTEL_EXPORTER_OTLP_ENDPOINT=http://${hostname}:4318`,
    "export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
    "export OTEL_SERVICE_NAME=my-service",
  ].join("\n");
}
