// Speaks with chat by @stomp/stompjs: one life of a client, told on standard output as JSON.
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";

const { Client } = createRequire(`${process.env.STOMP_CLIENTS}/package.json`)("@stomp/stompjs");
const { url, ticket, room, body } = JSON.parse(await text(process.stdin));
const LIMIT_MS = 30_000;

const told = { received: [], beats: 0 };
const waiting = new Map();

/** Resolves with the value that `arrive` is called with under this name. */
function arrival(name) {
  const { promise, resolve } = Promise.withResolvers();
  waiting.set(name, resolve);
  return promise;
}

const arrive = (name, value) => waiting.get(name)?.(value);

setTimeout(() => {
  console.error("took too long", JSON.stringify(told));
  process.exit(1);
}, LIMIT_MS).unref();

const connected = arrival("connected");
const beat = arrival("beat");
const closed = arrival("closed");
const client = new Client({
  brokerURL: url,
  connectHeaders: { passcode: ticket },
  heartbeatIncoming: 5_000,
  heartbeatOutgoing: 5_000,
  reconnectDelay: 0,
  debug: (line) => {
    if (line === "<<< PONG") {
      told.beats += 1;
      arrive("beat");
    }
  },
  onConnect: (frame) => arrive("connected", frame),
  onStompError: (frame) => {
    console.error("ERROR", frame.headers, frame.body);
    process.exit(1);
  },
  onWebSocketClose: (event) => arrive("closed", event.code),
});
client.activate();
told.user = (await connected).headers["user-name"];

const refused = arrival("refused");
client.subscribe("/user/queue/errors", (message) => arrive("refused", message));
const own = arrival("own");
client.subscribe(
  `/topic/rooms/${room}`,
  (message) => {
    told.received.push([Number(message.headers.seq), message.headers.from, message.body]);
    if (message.headers["client-id"] === "stompjs") arrive("own");
  },
  { after: "0" },
);

const receipt = arrival("receipt");
client.watchForReceipt("sent", (frame) => arrive("receipt", frame));
client.publish({
  destination: `/app/rooms/${room}`,
  headers: { "client-id": "stompjs", receipt: "sent" },
  body,
});
told.sent = Number((await receipt).headers.seq);
await own;

client.publish({ destination: `/app/rooms/${room}`, headers: { receipt: "keyless" }, body });
const refusal = await refused;
told.refused = [refusal.headers.code, refusal.headers["receipt-id"], JSON.parse(refusal.body).code];

await beat;
// Waits for the receipt of its DISCONNECT, then closes.
await client.deactivate();
told.closed = await closed;
console.log(JSON.stringify(told));
process.exit(0);
