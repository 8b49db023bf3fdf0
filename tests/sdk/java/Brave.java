import static java.util.concurrent.TimeUnit.SECONDS;

import brave.Span;
import brave.Tracing;
import brave.propagation.TraceContextOrSamplingFlags;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import zipkin2.reporter.BytesMessageSender;
import zipkin2.reporter.brave.AsyncZipkinSpanHandler;
import zipkin2.reporter.urlconnection.URLConnectionSender;

/**
 * One request through two services, reported by the unmodified Brave.
 *
 * <pre>Brave HOST PORT</pre>
 *
 * The two sides of the call share their span's id, as B3 propagation has it, and report for
 * themselves, the callee first. Prints the trace id.
 */
public class Brave {
  public static void main(String[] args) throws IOException {
    String spans = "http://" + args[0] + ":" + args[1] + "/api/v2/spans";
    try (Service shop = new Service("java-shop", spans);
        Service card = new Service("java-card", spans)) {
      Span root = shop.tracing.tracer().newTrace().kind(Span.Kind.SERVER).name("get /cart").start();
      Span call = shop.tracing.tracer().newChild(root.context());
      call.kind(Span.Kind.CLIENT).name("post /pay").tag("http.path", "/pay").start();
      Map<String, String> headers = new HashMap<>();
      shop.tracing.propagation().injector(Map<String, String>::put).inject(call.context(), headers);

      TraceContextOrSamplingFlags ofCaller =
          card.tracing.propagation().extractor(Map<String, String>::get).extract(headers);
      Span answer = card.tracing.tracer().joinSpan(ofCaller.context());
      answer.kind(Span.Kind.SERVER).name("post /pay").start();
      answer.tag("error", "card was refused").annotate("asked the bank").finish();
      card.handler.flush();

      call.finish();
      root.finish();
      System.out.println(root.context().traceIdString());
    }
  }

  /** What one process has. */
  private static class Service implements AutoCloseable {
    final BytesMessageSender sender;
    final AsyncZipkinSpanHandler handler;
    final Tracing tracing;

    Service(String name, String spans) {
      sender = URLConnectionSender.create(spans);
      // No thread reports by itself, and none is to be waited for: see flush below.
      handler = AsyncZipkinSpanHandler.newBuilder(sender).messageTimeout(0, SECONDS).build();
      tracing = Tracing.newBuilder().localServiceName(name).addSpanHandler(handler).build();
    }

    @Override
    public void close() throws IOException {
      tracing.close();
      handler.flush();
      handler.close();
      sender.close();
    }
  }
}
