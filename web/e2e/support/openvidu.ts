/**
 * An OpenVidu 2 server as far as `openvidu-browser` speaks with one, for there is no package of the real one: JSON-RPC as its
 * client sends it, and one page of the same browser in place of the media node, which takes and gives streams.
 */
import type { Browser, Page, WebSocketRoute } from '@playwright/test';

interface Request {
  id: number;
  method: string;
  params?: Record<string, unknown>;
}

interface Guest {
  id: string;
  socket: WebSocketRoute;
  published: object | null;
}

export class OpenVidu {
  readonly #node: Page;
  readonly #guests = new Map<string, Guest>();
  /** Each token that was used, in order: they are good for one coming. */
  readonly tokens: string[] = [];

  private constructor(node: Page) {
    this.#node = node;
  }

  static async start(browser: Browser): Promise<OpenVidu> {
    const node = await (await browser.newContext()).newPage();
    await node.evaluate(mediaNode);
    return new OpenVidu(node);
  }

  /** Where its client connects; no address that exists. */
  static readonly host = 'openvidu.test';

  token(session: string): string {
    return `wss://${OpenVidu.host}?sessionId=${session}&token=tok_${crypto.randomUUID()}&role=PUBLISHER&version=2.32.0`;
  }

  get connected(): number {
    return this.#guests.size;
  }

  /** Serves the clients of a page. */
  async serve(page: Page): Promise<void> {
    await page.routeWebSocket(new RegExp(`//${OpenVidu.host}/`), (socket) => this.#client(socket));
  }

  /** Ends the session for everybody, as its REST `DELETE` does. */
  evictAll(): void {
    for (const guest of this.#guests.values()) {
      notify(guest.socket, 'participantEvicted', { connectionId: guest.id, reason: 'sessionClosedByServer' });
    }
  }

  #client(socket: WebSocketRoute): void {
    let guest: Guest | null = null;
    socket.onMessage((text) => {
      const request = JSON.parse(String(text)) as Request;
      void this.#answer(socket, request, guest).then((result) => {
        if (request.method === 'joinRoom') guest = this.#guests.get((result as { id: string }).id) ?? null;
        if (guest !== null && request.method === 'leaveRoom') this.#left(guest);
        socket.send(JSON.stringify({ id: request.id, jsonrpc: '2.0', result: { ...result, sessionId: 'rpc' } }));
        if (guest !== null && request.method === 'publishVideo') this.#tellOthers(guest, 'participantPublished', { ...described(guest) });
      });
    });
    socket.onClose(() => guest !== null && this.#left(guest));
  }

  async #answer(socket: WebSocketRoute, { method, params = {} }: Request, guest: Guest | null): Promise<object> {
    switch (method) {
      case 'ping':
        return { value: 'pong' };
      case 'joinRoom':
        return this.#join(socket, params);
      case 'publishVideo':
        return this.#publish(guest!, params);
      case 'receiveVideoFrom':
        return { sdpAnswer: await this.#negotiate('give', String(params['sender']), `${guest!.id} ${String(params['sender'])}`, params['sdpOffer']) };
      case 'onIceCandidate':
        await this.#node.evaluate(addCandidate, { of: String(params['endpointName']), by: guest!.id, ...params } as never);
        return {};
      default:
        return {};
    }
  }

  #join(socket: WebSocketRoute, params: Record<string, unknown>): object {
    const token = String(params['token']);
    if (this.tokens.includes(token)) throw new Error('a token was used twice');
    this.tokens.push(token);
    const guest: Guest = { id: `con_${crypto.randomUUID()}`, socket, published: null };
    const others = [...this.#guests.values()].map(described);
    this.#guests.set(guest.id, guest);
    this.#tellOthers(guest, 'participantJoined', { ...described(guest) });
    return { ...described(guest), value: others, session: params['session'], finalUserId: guest.id, role: 'PUBLISHER', record: false, mediaServer: 'kurento', version: '2.32.0', videoSimulcast: false, life: 1 };
  }

  async #publish(guest: Guest, params: Record<string, unknown>): Promise<object> {
    const id = `str_${guest.id}`;
    const { sdpOffer, ...stream } = params;
    const sdpAnswer = await this.#negotiate('take', id, id, sdpOffer);
    guest.published = { ...stream, id, createdAt: Date.now() };
    return { id, createdAt: Date.now(), sdpAnswer };
  }

  #negotiate(what: 'take' | 'give', stream: string, endpoint: string, sdp: unknown): Promise<string> {
    return this.#node.evaluate(answerOffer, { what, stream, endpoint, sdp: String(sdp) });
  }

  #left(guest: Guest): void {
    if (this.#guests.delete(guest.id)) this.#tellOthers(guest, 'participantLeft', { connectionId: guest.id, reason: 'disconnect' });
  }

  #tellOthers(guest: Guest, method: string, params: object): void {
    for (const other of this.#guests.values()) if (other.id !== guest.id) notify(other.socket, method, params);
  }
}

function described({ id, published }: Guest): { id: string } {
  const about = { id, createdAt: Date.now(), metadata: '' };
  return published === null ? about : { ...about, streams: [published] } as { id: string };
}

function notify(socket: WebSocketRoute, method: string, params: object): void {
  socket.send(JSON.stringify({ jsonrpc: '2.0', method, params }));
}

interface NodeWindow extends Window {
  endpoints: Map<string, RTCPeerConnection>;
  streams: Map<string, MediaStreamTrack[]>;
}

function mediaNode(): void {
  const page = window as unknown as NodeWindow;
  page.endpoints = new Map();
  page.streams = new Map();
}

/** In the node's page: takes a stream, or gives one that it has. Its answer has every candidate in it. */
async function answerOffer({ what, stream, endpoint, sdp }: { what: string; stream: string; endpoint: string; sdp: string }): Promise<string> {
  const page = window as unknown as NodeWindow;
  const connection = new RTCPeerConnection();
  page.endpoints.set(endpoint, connection);
  await connection.setRemoteDescription({ type: 'offer', sdp });
  if (what === 'take') {
    const tracks = connection.getReceivers().map(({ track }) => track);
    page.streams.set(stream, tracks);
    // A browser forwards only sound that it plays.
    const player = Object.assign(new Audio(), { muted: true, srcObject: new MediaStream(tracks) });
    void player.play().catch(() => undefined);
  }
  for (const { sender, receiver } of connection.getTransceivers()) {
    const track = page.streams.get(stream)?.find(({ kind }) => kind === receiver.track.kind);
    if (what === 'give' && track !== undefined) await sender.replaceTrack(track);
  }
  for (const transceiver of connection.getTransceivers()) transceiver.direction = what === 'give' ? 'sendonly' : 'recvonly';
  const gathered = new Promise((done) => (connection.onicegatheringstatechange = () => connection.iceGatheringState === 'complete' && done(null)));
  await connection.setLocalDescription();
  await gathered;
  return connection.localDescription!.sdp;
}

/** In the node's page. A client names its own endpoint by its connection, another's by the stream. */
async function addCandidate({ of, by, candidate, sdpMid, sdpMLineIndex }: { of: string; by: string; candidate: string; sdpMid: string; sdpMLineIndex: number }): Promise<void> {
  const page = window as unknown as NodeWindow;
  const endpoint = page.endpoints.get(of === by ? `str_${by}` : `${by} ${of}`) ?? page.endpoints.get(`${by} str_${of}`);
  await endpoint?.addIceCandidate({ candidate, sdpMid, sdpMLineIndex }).catch(() => undefined);
}
