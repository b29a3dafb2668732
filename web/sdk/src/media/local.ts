/**
 * Camera and microphone of this page. The preview shows the original tracks; clones are sent, which stay disabled (black, silent)
 * until the session is live. So the preview is visible in the lobby too.
 */

/** Whether a microphone or camera works: `asking` the person, `refused` by them or the browser, `missing`, `busy` with another program, `unplugged` meanwhile, `stopped` by this page. */
export type DeviceState = 'asking' | 'on' | 'refused' | 'missing' | 'busy' | 'unplugged' | 'stopped';

/** A microphone (`audio`) or a camera (`video`). */
export type TrackKind = 'audio' | 'video';

export const TRACK_KINDS = ['audio', 'video'] as const;

/** Which kinds a participant has switched on. Nothing is sent before the session is live, whatever this says. */
export interface EnabledMedia {
  readonly audio: boolean;
  readonly video: boolean;
}

export function maySend(kind: TrackKind, live: boolean, enabled: EnabledMedia): boolean {
  return live && enabled[kind];
}

/** From the name of a getUserMedia error. */
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

interface LocalDevice {
  readonly preview: MediaStreamTrack;
  readonly outgoingTrack: MediaStreamTrack;
  /** The only way to enable or stop `outgoingTrack`: see `guardTrack`. */
  readonly control: TrackControl;
}

interface TrackControl {
  readonly setEnabled: (on: boolean) => void;
  readonly stop: () => void;
}

const CONSTRAINTS: Record<TrackKind, MediaTrackConstraints> = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  video: { width: { ideal: 1280 }, height: { ideal: 720 }, facingMode: 'user' },
};

export class LocalMedia {
  readonly preview = new MediaStream();
  readonly #onChange: () => void;
  readonly #devices: Record<TrackKind, LocalDevice | null> = { audio: null, video: null };
  readonly #states: Record<TrackKind, DeviceState> = { audio: 'asking', video: 'asking' };
  #enabled: EnabledMedia = { audio: true, video: true };
  #live = false;
  #stopped = false;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  state(kind: TrackKind): DeviceState {
    return this.#states[kind];
  }

  get enabled(): EnabledMedia {
    return this.#enabled;
  }

  /** The guarded clone to send; null without a device. */
  outgoingTrack(kind: TrackKind): MediaStreamTrack | null {
    return this.#devices[kind]?.outgoingTrack ?? null;
  }

  deviceId(kind: TrackKind): string | null {
    return this.#devices[kind]?.preview.getSettings().deviceId ?? null;
  }

  /**
   * Requests the devices that are not open: both at once (one prompt), and if that fails each alone, so that the microphone works
   * without a camera.
   */
  async open(): Promise<void> {
    this.#stopped = false;
    const wanted = TRACK_KINDS.filter((kind) => this.#devices[kind] === null);
    if (wanted.length === 0 || (await this.#acquire(wanted)) || wanted.length === 1) return;
    for (const kind of wanted) await this.#acquire([kind]);
  }

  async selectDevice(kind: TrackKind, deviceId: string): Promise<void> {
    await this.#acquire([kind], deviceId);
  }

  setEnabled(enabled: EnabledMedia): void {
    this.#enabled = enabled;
    this.#applyEnabled();
  }

  setLive(live: boolean): void {
    if (live === this.#live) return;
    this.#live = live;
    this.#applyEnabled();
  }

  /** Releases the devices (the camera light goes out) until `open`. */
  stop(): void {
    this.#stopped = true;
    for (const kind of TRACK_KINDS) this.#release(kind, 'stopped');
    this.#onChange();
  }

  async #acquire(kinds: readonly TrackKind[], deviceId?: string): Promise<boolean> {
    if (this.#stopped) return true;
    try {
      if (navigator.mediaDevices === undefined) throw new DOMException('insecure page', 'NotFoundError');
      const wanted = Object.fromEntries(kinds.map((kind) => [kind, constraints(kind, deviceId)]));
      const stream = await navigator.mediaDevices.getUserMedia(wanted);
      for (const track of stream.getTracks()) this.#addTrack(track);
      return true;
    } catch (error) {
      const state = deviceProblem(error instanceof Error ? error.name : '');
      for (const kind of kinds) if (this.#devices[kind] === null) this.#states[kind] = state;
      this.#onChange();
      return false;
    }
  }

  #addTrack(track: MediaStreamTrack): void {
    const kind = track.kind as TrackKind;
    if (this.#stopped) return track.stop();
    this.#release(kind, 'on');
    const outgoingTrack = track.clone();
    this.#devices[kind] = { preview: track, outgoingTrack, control: guardTrack(outgoingTrack) };
    this.preview.addTrack(track);
    track.addEventListener('ended', () => this.#unplugged(kind, track));
    this.#applyEnabled();
    this.#onChange();
  }

  #unplugged(kind: TrackKind, track: MediaStreamTrack): void {
    if (this.#devices[kind]?.preview !== track) return;
    this.#release(kind, 'unplugged');
    this.#onChange();
  }

  #release(kind: TrackKind, state: DeviceState): void {
    const device = this.#devices[kind];
    this.#devices[kind] = null;
    this.#states[kind] = state;
    if (device === null) return;
    this.preview.removeTrack(device.preview);
    device.preview.stop();
    device.control.stop();
  }

  #applyEnabled(): void {
    for (const kind of TRACK_KINDS) {
      const device = this.#devices[kind];
      if (device === null) continue;
      device.preview.enabled = this.#enabled[kind];
      device.control.setEnabled(maySend(kind, this.#live, this.#enabled));
    }
  }
}

/** Shadows `enabled` and `stop` on the track: the client libraries of media servers enable and stop the tracks that they are given. */
function guardTrack(track: MediaStreamTrack): TrackControl {
  let allowed = false;
  const descriptor = Object.getOwnPropertyDescriptor(MediaStreamTrack.prototype, 'enabled');
  const apply = (on: boolean): void => descriptor?.set?.call(track, on);
  const stop = track.stop.bind(track);
  Object.defineProperties(track, {
    enabled: { get: () => allowed, set: () => undefined },
    stop: { value: () => undefined },
  });
  apply(false);
  return {
    setEnabled: (on) => {
      allowed = on;
      apply(on);
    },
    stop,
  };
}

function constraints(kind: TrackKind, deviceId: string | undefined): MediaTrackConstraints {
  return deviceId === undefined ? CONSTRAINTS[kind] : { ...CONSTRAINTS[kind], deviceId: { exact: deviceId } };
}
