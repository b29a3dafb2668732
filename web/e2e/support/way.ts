/** The network between a page and a service, as a proxy whose connections can die without being closed. */
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';

export class Way {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #dead = new Set<readonly [Socket, Socket]>();
  #port = 0;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (near) => this.#carry(near));
  }

  static async make(): Promise<Way> {
    const server = createServer({ pauseOnConnect: true });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return new Way(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  leadsTo(port: number): void {
    this.#port = port;
  }

  /** Nothing gets through the oldest connection any more, in either direction, and neither end sees a close. */
  cutOldest(): void {
    const [oldest] = this.#pairs;
    if (oldest === undefined) throw new Error('nobody is connected');
    const [near, far] = oldest;
    this.#pairs.delete(oldest);
    this.#dead.add(oldest);
    near.unpipe(far).pause();
    far.unpipe(near).pause();
  }

  async stop(): Promise<void> {
    for (const pair of [...this.#pairs, ...this.#dead]) for (const socket of pair) socket.destroy();
    await new Promise((done) => this.#server.close(done));
  }

  #carry(near: Socket): void {
    const far = connect(this.#port, '127.0.0.1');
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    for (const [socket, other] of [pair, [far, near] as const]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        // A close travels like everything else.
        if (!this.#dead.has(pair)) other.destroy();
        this.#pairs.delete(pair);
      });
    }
    near.pipe(far);
    far.pipe(near);
  }
}
