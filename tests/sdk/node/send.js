// Sends spans with the unmodified exporters of OpenTelemetry JS.
//
//     node send.js PROTOCOL ENDPOINT SERVICE SPANS PER_SECOND
//
// PROTOCOL is grpc, protobuf or json. Prints `TRACE_ID SPAN_ID` of each span whose
// export the exporter calls a success; everything else is the SDK's own doing, set
// by its own variables (OTEL_BSP_*, OTEL_EXPORTER_OTLP_*).

import { setTimeout as sleep } from 'node:timers/promises'
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'

const EXPORT_SUCCESS = 0

/** Notes what the real exporter confirms. */
class Ledger {
  constructor(exporter) {
    this.exporter = exporter
  }

  export(spans, done) {
    this.exporter.export(spans, (result) => {
      if (result.code === EXPORT_SUCCESS) {
        for (const span of spans) {
          const { traceId, spanId } = span.spanContext()
          console.log(`${traceId} ${spanId}`)
        }
      }
      done(result)
    })
  }

  forceFlush() {
    return this.exporter.forceFlush?.() ?? Promise.resolve()
  }

  shutdown() {
    return this.exporter.shutdown()
  }
}

function exporter(protocol, endpoint) {
  switch (protocol) {
    case 'grpc':
      return new GrpcExporter({ url: endpoint })
    case 'json':
      return new JsonExporter({ url: `${endpoint}/v1/traces` })
    default:
      return new ProtobufExporter({ url: `${endpoint}/v1/traces` })
  }
}

const [protocol, endpoint, service, spans, perSecond] = process.argv.slice(2)
const provider = new BasicTracerProvider({
  resource: resourceFromAttributes({ 'service.name': service }),
  spanProcessors: [new BatchSpanProcessor(new Ledger(exporter(protocol, endpoint)))],
})
const tracer = provider.getTracer('hopline-sdk-test')
for (let number = 0; number < Number(spans); number += 1) {
  tracer.startSpan('work', { attributes: { number } }).end()
  await sleep(1000 / Number(perSecond))
}
await provider.forceFlush()
await provider.shutdown()
