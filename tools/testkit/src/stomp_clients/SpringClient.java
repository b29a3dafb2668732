import java.lang.reflect.Type;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;
import org.springframework.messaging.simp.stomp.StompCommand;
import org.springframework.messaging.simp.stomp.StompHeaders;
import org.springframework.messaging.simp.stomp.StompSession;
import org.springframework.messaging.simp.stomp.StompSessionHandlerAdapter;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.WebSocketExtension;
import org.springframework.web.socket.WebSocketHandler;
import org.springframework.web.socket.WebSocketHttpHeaders;
import org.springframework.web.socket.WebSocketMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.client.standard.StandardWebSocketClient;
import org.springframework.web.socket.handler.WebSocketHandlerDecorator;
import org.springframework.web.socket.messaging.WebSocketStompClient;

/** Speaks with chat by Spring's client: one life of a client, told on standard output, a line for each thing. */
public final class SpringClient extends StompSessionHandlerAdapter {
  private static final long LIMIT_S = 30;
  private static final Pattern CODE = Pattern.compile("\"code\":\"([a-z_]+)\"");

  private final List<String> received = Collections.synchronizedList(new ArrayList<>());
  private final CompletableFuture<StompHeaders> connected = new CompletableFuture<>();
  private final CompletableFuture<Void> own = new CompletableFuture<>();
  private final CompletableFuture<String> refused = new CompletableFuture<>();
  private final CompletableFuture<Void> beat = new CompletableFuture<>();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();

  private SpringClient() {}

  /** Arguments: url, origin, room, body; the ticket is read from the environment, for a command line can be seen by others. */
  public static void main(String[] arguments) throws Exception {
    new SpringClient().live(arguments[0], arguments[1], arguments[2], arguments[3]);
    System.exit(0);
  }

  private void live(String url, String origin, String room, String body) throws Exception {
    ThreadPoolTaskScheduler scheduler = new ThreadPoolTaskScheduler();
    scheduler.initialize();
    WebSocketStompClient client = new WebSocketStompClient(new WatchedClient());
    client.setTaskScheduler(scheduler);
    client.setDefaultHeartbeat(new long[] {5_000, 5_000});
    StompHeaders headers = new StompHeaders();
    headers.setPasscode(System.getenv("CHAT_TICKET"));
    // Tyrus sends the server's host as Origin, which is none, unless it is told one.
    WebSocketHttpHeaders upgrade = new WebSocketHttpHeaders();
    upgrade.setOrigin(origin);
    StompSession session = client.connectAsync(url, upgrade, headers, this).get(LIMIT_S, TimeUnit.SECONDS);
    session.setAutoReceipt(false);
    tell("user", connected.get(LIMIT_S, TimeUnit.SECONDS).getFirst("user-name"));

    session.subscribe("/user/queue/errors", this);
    StompHeaders topic = new StompHeaders();
    topic.setDestination("/topic/rooms/" + room);
    topic.set("after", "0");
    session.subscribe(topic, this);

    StompHeaders message = new StompHeaders();
    message.setDestination("/app/rooms/" + room);
    message.set("client-id", "spring");
    message.setReceipt("sent");
    CompletableFuture<StompHeaders> receipt = new CompletableFuture<>();
    session.send(message, body.getBytes(StandardCharsets.UTF_8)).addReceiptTask(receipt::complete);
    tell("sent", receipt.get(LIMIT_S, TimeUnit.SECONDS).getFirst("seq"));
    own.get(LIMIT_S, TimeUnit.SECONDS);
    received.forEach(line -> tell("received", line));

    StompHeaders keyless = new StompHeaders();
    keyless.setDestination("/app/rooms/" + room);
    keyless.setReceipt("keyless");
    session.send(keyless, body.getBytes(StandardCharsets.UTF_8));
    tell("refused", refused.get(LIMIT_S, TimeUnit.SECONDS));

    beat.get(LIMIT_S, TimeUnit.SECONDS);
    tell("beat", "1");
    StompHeaders goodbye = new StompHeaders();
    goodbye.setReceipt("goodbye");
    session.disconnect(goodbye);
    tell("closed", String.valueOf(closed.get(LIMIT_S, TimeUnit.SECONDS)));
  }

  /** A client that is seen heart-beats and the close code, which Spring's session keeps to itself. */
  private final class WatchedClient extends StandardWebSocketClient {
    @Override
    protected CompletableFuture<WebSocketSession> executeInternal(
        WebSocketHandler handler, HttpHeaders headers, URI url, List<String> protocols,
        List<WebSocketExtension> extensions, Map<String, Object> attributes) {
      return super.executeInternal(new WebSocketHandlerDecorator(handler) {
        @Override
        public void handleMessage(WebSocketSession session, WebSocketMessage<?> message) throws Exception {
          if ("\n".equals(message.getPayload())) {
            beat.complete(null);
          }
          super.handleMessage(session, message);
        }

        @Override
        public void afterConnectionClosed(WebSocketSession session, CloseStatus status) throws Exception {
          closed.complete(status.getCode());
          super.afterConnectionClosed(session, status);
        }
      }, headers, url, protocols, extensions, attributes);
    }
  }

  private static void tell(String name, String value) {
    System.out.println(name + "\t" + value.replace("\n", "\\n"));
  }

  @Override
  public void afterConnected(StompSession session, StompHeaders headers) {
    connected.complete(headers);
  }

  @Override
  public Type getPayloadType(StompHeaders headers) {
    return byte[].class;
  }

  @Override
  public void handleFrame(StompHeaders headers, Object payload) {
    String body = new String((byte[]) payload, StandardCharsets.UTF_8);
    if (headers.getFirst("code") != null) {
      Matcher code = CODE.matcher(body);
      refused.complete(headers.getFirst("code") + " " + headers.getReceiptId() + " " + (code.find() ? code.group(1) : ""));
      return;
    }
    received.add(headers.getFirst("seq") + " " + headers.getFirst("from") + " " + body);
    if ("spring".equals(headers.getFirst("client-id"))) {
      own.complete(null);
    }
  }

  @Override
  public void handleException(StompSession session, StompCommand command, StompHeaders headers, byte[] payload, Throwable fault) {
    fault.printStackTrace();
    System.exit(1);
  }
}
