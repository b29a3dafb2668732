/** A page of somebody else, on an origin of its own, that has a session in a frame and keeps what it is told. */
import { readFile } from 'node:fs/promises';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The address stands behind the `#`: as a token it reaches no server. */
const PAGE = `<!doctype html><meta charset="utf-8"><title>A shop</title>
<iframe allow="camera; microphone; display-capture; autoplay" width="900" height="700"></iframe>
<script>
  window.told = [];
  const frame = document.querySelector('iframe');
  addEventListener('message', ({ source, data }) => source === frame.contentWindow && window.told.push(data));
  frame.src = decodeURIComponent(location.hash.slice(1));
</script>`;

/** The same by the helper of the client; which session, the page's own script says. */
const PAGE_WITH_HELPER = `<!doctype html><meta charset="utf-8"><title>A shop</title>
<main style="block-size: 700px; max-inline-size: 900px"></main>
<script type="module">
  import { embedSession } from '/client/embed/index.js';
  window.told = [];
  window.open = (options) => {
    window.embedded = embedSession({ ...options, into: document.querySelector('main') });
    for (const type of ['ready', 'waiting', 'countdown', 'live', 'peer', 'ended', 'error']) embedded.on(type, (event) => told.push({ type, ...event }));
  };
</script>`;

const CLIENT = new URL('../../sdk/dist/', import.meta.url);
/** Of the helper's files, and of what they import. */
const CLIENT_FILE = /^\/client\/((?:embed|shared)\/[\w.-]+\.js)$/;

export class FramingPage {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<FramingPage> {
    const server = createServer(async ({ url = '/' }, response) => {
      const [, file] = CLIENT_FILE.exec(url) ?? [];
      if (file !== undefined) return response.writeHead(200, { 'content-type': 'text/javascript' }).end(await readFile(new URL(file, CLIENT)));
      response.writeHead(200, { 'content-type': 'text/html' }).end(url === '/helper' ? PAGE_WITH_HELPER : PAGE);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return new FramingPage(server);
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The page with that address in its frame. */
  around(address: string): string {
    return `${this.origin}/#${encodeURIComponent(address)}`;
  }

  /** The page that waits for what it is to open. */
  get withHelper(): string {
    return `${this.origin}/helper`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }
}
