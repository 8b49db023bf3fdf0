// One request through two services, reported by the unmodified `zipkin` of zipkin-js.
//
//     node zipkin.js HOST PORT
//
// The two sides of the call share their span's id, as B3 propagation has it. Prints the
// trace id.

import zipkin from 'zipkin'
import transport from 'zipkin-transport-http'

const { BatchRecorder, ExplicitContext, Instrumentation, Tracer, jsonEncoder, option } = zipkin
const [host, port] = process.argv.slice(2)
const logger = new transport.HttpLogger({
  endpoint: `http://${host}:${port}/api/v2/spans`,
  jsonEncoder: jsonEncoder.JSON_V2,
  httpInterval: 100,
})
logger.on('error', (error) => {
  console.error(error)
  process.exitCode = 1
})
const sent = new Promise((resolve) => logger.on('success', resolve))

function tracer(localServiceName) {
  const recorder = new BatchRecorder({ logger })
  return new Tracer({ ctxImpl: new ExplicitContext(), recorder, localServiceName })
}

const [shop, card] = ['js-shop', 'js-card'].map(tracer)
const shopServer = new Instrumentation.HttpServer({ tracer: shop, port: 80 })
const shopClient = new Instrumentation.HttpClient({ tracer: shop, remoteServiceName: 'js-card' })
const cardServer = new Instrumentation.HttpServer({ tracer: card, port: 81 })

function answer({ headers }) {
  card.scoped(() => {
    const read = (name) => (name in headers ? new option.Some(headers[name]) : option.None)
    const id = cardServer.recordRequest('POST', 'http://card/pay', read)
    cardServer.recordResponse(id, 500)
  })
}

shop.scoped(() => {
  const root = shopServer.recordRequest('GET', 'http://shop/cart', () => option.None)
  const request = shopClient.recordRequest({}, 'http://card/pay', 'POST')
  const call = shop.id
  answer(request)
  shopClient.recordResponse(call, 500)
  shopServer.recordResponse(root, 500)
  console.log(root.traceId)
})
// The recorders' timers do not keep the program alive.
const wait = setInterval(() => {}, 1000)
await sent
clearInterval(wait)
