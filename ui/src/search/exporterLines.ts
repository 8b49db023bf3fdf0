/** The ports OTLP has by convention (OTLP specification), until the server tells its own. */
export const OTLP_GRPC_PORT = "4317";
export const OTLP_HTTP_PORT = "4318";

/** The port of `host:port`; `fallback` where there is none. */
export function portOf(address: string | undefined, fallback: string): string {
  return /:(\d+)$/.exec(address ?? "")?.[1] ?? fallback;
}

/** The environment that points an OpenTelemetry SDK at this server's OTLP/HTTP port. */
export function exporterLines(hostname: string, httpPort: string): string {
  // The address bar writes IPv6 addresses in brackets already.
  return [
    `export OTEL_EXPORTER_OTLP_ENDPOINT=http://${hostname}:${httpPort}`,
    "export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
    "export OTEL_SERVICE_NAME=my-service",
  ].join("\n");
}
