/** A TCP proxy between a page and a service that can silently drop the traffic of a connection without closing it. */
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';

export class TcpProxy {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #blackholed = new Set<readonly [Socket, Socket]>();
  #targetPort = 0;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (client) => this.#forward(client));
  }

  static async start(): Promise<TcpProxy> {
    const server = createServer({ pauseOnConnect: true });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return new TcpProxy(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  forwardTo(port: number): void {
    this.#targetPort = port;
  }

  /** Drops all traffic of the oldest connection in both directions; neither end sees a close. */
  blackholeOldest(): void {
    const [oldest] = this.#pairs;
    if (oldest === undefined) throw new Error('nobody is connected');
    const [client, upstream] = oldest;
    this.#pairs.delete(oldest);
    this.#blackholed.add(oldest);
    client.unpipe(upstream).pause();
    upstream.unpipe(client).pause();
  }

  async stop(): Promise<void> {
    for (const pair of [...this.#pairs, ...this.#blackholed]) for (const socket of pair) socket.destroy();
    await new Promise((done) => this.#server.close(done));
  }

  #forward(client: Socket): void {
    const upstream = connect(this.#targetPort, '127.0.0.1');
    const pair = [client, upstream] as const;
    this.#pairs.add(pair);
    for (const [socket, other] of [pair, [upstream, client] as const]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        // Neither does a close get through a dropped connection.
        if (!this.#blackholed.has(pair)) other.destroy();
        this.#pairs.delete(pair);
      });
    }
    client.pipe(upstream);
    upstream.pipe(client);
  }
}
