/** Camera and microphone of a page, and which others it could use: `LocalMedia` with what the browser tells of devices. */
import { LocalMedia, type DeviceState, type EnabledMedia, type TrackKind } from '../media/local.ts';

/** As they stand in the snapshot. */
export interface DevicesNow {
  readonly devices: Readonly<Record<TrackKind, DeviceState>>;
  readonly selectedDevices: Readonly<Record<TrackKind, string | null>>;
}

export interface PageDevicesOptions {
  readonly onChange: (now: DevicesNow) => void;
  readonly onListed: (available: readonly MediaDeviceInfo[]) => void;
  /** Something was plugged in: whether what is missing is still wanted. */
  readonly isWanted: () => boolean;
}

export class PageDevices {
  readonly #options: PageDevicesOptions;
  readonly #local: LocalMedia;
  #closed = false;
  readonly #handleDeviceChange = (): void => this.#reopenMissing();

  constructor(options: PageDevicesOptions) {
    this.#options = options;
    this.#local = new LocalMedia(() => this.#handleChange());
    navigator.mediaDevices?.addEventListener('devicechange', this.#handleDeviceChange);
  }

  get preview(): MediaStream {
    return this.#local.preview;
  }

  outgoingTrack(kind: TrackKind): MediaStreamTrack | null {
    return this.#local.outgoingTrack(kind);
  }

  /** Asks for what is not open. */
  open(): void {
    void this.#local.open();
  }

  select(kind: TrackKind, deviceId: string): void {
    void this.#local.selectDevice(kind, deviceId);
  }

  setEnabled(enabled: EnabledMedia): void {
    this.#local.setEnabled(enabled);
  }

  setLive(live: boolean): void {
    this.#local.setLive(live);
  }

  /** Releases the devices until `open`. */
  stop(): void {
    this.#local.stop();
  }

  close(): void {
    this.#closed = true;
    navigator.mediaDevices?.removeEventListener('devicechange', this.#handleDeviceChange);
    this.#local.stop();
  }

  get #states(): Record<TrackKind, DeviceState> {
    return { audio: this.#local.state('audio'), video: this.#local.state('video') };
  }

  #handleChange(): void {
    const devices = this.#states;
    this.#options.onChange({ devices, selectedDevices: { audio: this.#local.deviceId('audio'), video: this.#local.deviceId('video') } });
    if (devices.audio === 'on' || devices.video === 'on') void this.#list();
  }

  async #list(): Promise<void> {
    const available = await navigator.mediaDevices.enumerateDevices().catch(() => []);
    if (!this.#closed) this.#options.onListed(available);
  }

  #reopenMissing(): void {
    void this.#list();
    const missing = Object.values(this.#states).some((state) => state === 'missing' || state === 'unplugged');
    if (missing && this.#options.isWanted()) this.open();
  }
}
