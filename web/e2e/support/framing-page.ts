/** A page of somebody else, on an origin of its own, that has an address in a frame and keeps what it is told. */
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

export class FramingPage {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<FramingPage> {
    const server = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE));
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

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }
}
