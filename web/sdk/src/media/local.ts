/**
 * Camera and microphone of this page. The preview shows the device itself; what is sent is a clone that stays
 * disabled (black, silent) until the session is live, so that one's own picture is never dark in the lobby.
 */

export type DeviceState = 'asking' | 'on' | 'refused' | 'missing' | 'busy' | 'unplugged' | 'stopped';

export type Kind = 'audio' | 'video';

export const KINDS = ['audio', 'video'] as const;

/** What a person chose; the session's phase decides on top of it. */
export interface Wishes {
  readonly audio: boolean;
  readonly video: boolean;
}

/** Whether a track of that kind may leave the page. Pure. */
export function mayLeave(kind: Kind, live: boolean, wishes: Wishes): boolean {
  return live && wishes[kind];
}

/** What the name of a getUserMedia error means to a person. Pure. */
export function deviceProblem(name: string): DeviceState {
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'refused';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'missing';
  }
}

interface Device {
  readonly preview: MediaStreamTrack;
  readonly outgoing: MediaStreamTrack;
  /** The only way to turn `outgoing` on, and to end it. */
  readonly key: Key;
}

interface Key {
  readonly allow: (on: boolean) => void;
  readonly stop: () => void;
}

const CONSTRAINTS: Record<Kind, MediaTrackConstraints> = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  video: { width: { ideal: 1280 }, height: { ideal: 720 }, facingMode: 'user' },
};

export class LocalMedia {
  readonly preview = new MediaStream();
  readonly #changed: () => void;
  readonly #devices: Record<Kind, Device | null> = { audio: null, video: null };
  readonly #states: Record<Kind, DeviceState> = { audio: 'asking', video: 'asking' };
  #wishes: Wishes = { audio: true, video: true };
  #live = false;
  #stopped = false;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  state(kind: Kind): DeviceState {
    return this.#states[kind];
  }

  get wishes(): Wishes {
    return this.#wishes;
  }

  /** The track to send, or null where there is none. */
  outgoing(kind: Kind): MediaStreamTrack | null {
    return this.#devices[kind]?.outgoing ?? null;
  }

  deviceId(kind: Kind): string | null {
    return this.#devices[kind]?.preview.getSettings().deviceId ?? null;
  }

  /**
   * Asks for what is not there yet: both at once (one prompt), then each alone, so that a missing camera does not
   * cost the microphone.
   */
  async open(): Promise<void> {
    this.#stopped = false;
    const wanted = KINDS.filter((kind) => this.#devices[kind] === null);
    if (wanted.length === 0 || (await this.#ask(wanted)) || wanted.length === 1) return;
    for (const kind of wanted) await this.#ask([kind]);
  }

  /** Takes another device of that kind. */
  async choose(kind: Kind, deviceId: string): Promise<void> {
    await this.#ask([kind], deviceId);
  }

  wish(wishes: Wishes): void {
    this.#wishes = wishes;
    this.#apply();
  }

  setLive(live: boolean): void {
    if (live === this.#live) return;
    this.#live = live;
    this.#apply();
  }

  /** Stops every track: the lamp goes out, until `open`. */
  stop(): void {
    this.#stopped = true;
    for (const kind of KINDS) this.#release(kind, 'stopped');
    this.#changed();
  }

  async #ask(kinds: readonly Kind[], deviceId?: string): Promise<boolean> {
    if (this.#stopped) return true;
    try {
      if (navigator.mediaDevices === undefined) throw new DOMException('insecure page', 'NotFoundError');
      const wanted = Object.fromEntries(kinds.map((kind) => [kind, constraints(kind, deviceId)]));
      const stream = await navigator.mediaDevices.getUserMedia(wanted);
      for (const track of stream.getTracks()) this.#take(track);
      return true;
    } catch (error) {
      const problem = deviceProblem(error instanceof Error ? error.name : '');
      for (const kind of kinds) if (this.#devices[kind] === null) this.#states[kind] = problem;
      this.#changed();
      return false;
    }
  }

  #take(track: MediaStreamTrack): void {
    const kind = track.kind as Kind;
    if (this.#stopped) return track.stop();
    this.#release(kind, 'on');
    const outgoing = track.clone();
    this.#devices[kind] = { preview: track, outgoing, key: locked(outgoing) };
    this.preview.addTrack(track);
    track.addEventListener('ended', () => this.#unplugged(kind, track));
    this.#apply();
    this.#changed();
  }

  #unplugged(kind: Kind, track: MediaStreamTrack): void {
    if (this.#devices[kind]?.preview !== track) return;
    this.#release(kind, 'unplugged');
    this.#changed();
  }

  #release(kind: Kind, state: DeviceState): void {
    const device = this.#devices[kind];
    this.#devices[kind] = null;
    this.#states[kind] = state;
    if (device === null) return;
    this.preview.removeTrack(device.preview);
    device.preview.stop();
    device.key.stop();
  }

  #apply(): void {
    for (const kind of KINDS) {
      const device = this.#devices[kind];
      if (device === null) continue;
      device.preview.enabled = this.#wishes[kind];
      device.key.allow(mayLeave(kind, this.#live, this.#wishes));
    }
  }
}

/** Off, and deaf to everybody else: the clients of media servers turn on what they are given, and stop it when they go. */
function locked(track: MediaStreamTrack): Key {
  let allowed = false;
  const native = Object.getOwnPropertyDescriptor(MediaStreamTrack.prototype, 'enabled');
  const apply = (on: boolean): void => native?.set?.call(track, on);
  const stop = track.stop.bind(track);
  Object.defineProperties(track, {
    enabled: { get: () => allowed, set: () => undefined },
    stop: { value: () => undefined },
  });
  apply(false);
  return {
    allow: (on) => {
      allowed = on;
      apply(on);
    },
    stop,
  };
}

function constraints(kind: Kind, deviceId: string | undefined): MediaTrackConstraints {
  return deviceId === undefined ? CONSTRAINTS[kind] : { ...CONSTRAINTS[kind], deviceId: { exact: deviceId } };
}
