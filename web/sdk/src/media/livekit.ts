/**
 * A LiveKit room (LiveKit, OpenVidu 3). The client library is loaded only when a session needs it. It reconnects by itself
 * for as long as its own patience lasts; then a fresh token is asked for, and the room is entered anew.
 */
import type { Room, LocalTrack } from 'livekit-client';
import { backOff } from '../reconnect.ts';
import type { Signaling } from '../wire.generated.ts';
import type { Carrier, Pairing, Surroundings } from './carrier.ts';
import { KINDS } from './local.ts';

type Library = typeof import('livekit-client');

/** Something to publish, and where it came from. */
interface Wanted {
  readonly track: MediaStreamTrack;
  readonly source: 'Camera' | 'Microphone' | 'ScreenShare';
}

export class LiveKitRoom implements Carrier {
  remote = new MediaStream();
  readonly shared = new MediaStream();
  readonly #around: Surroundings;
  readonly #policy: RTCIceTransportPolicy;
  readonly #published = new Map<string, LocalTrack>();
  #access: Signaling.MediaAccess | undefined;
  #library: Library | null = null;
  #room: Room | null = null;
  #met = false;
  #closed = false;
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #publishing: Promise<void> = Promise.resolve();

  constructor({ frame, policy }: Pairing, around: Surroundings) {
    this.#around = around;
    this.#policy = policy;
    this.#access = frame.media;
    void this.#enter();
  }

  /** Whoever reloaded comes back to the room in which we are. */
  renew({ frame }: Pairing): boolean {
    const { media } = frame;
    if (media?.kind !== 'livekit' || media.room !== this.#access?.room || media.url !== this.#access.url) return false;
    this.#access = media;
    if (this.#room === null) this.#again(0);
    else this.#look(this.#room);
    return true;
  }

  /** Pages that meet in a room send each other no descriptions. */
  relayed(): void {}

  refreshed({ media }: Signaling.IceServers): void {
    this.#access = media ?? this.#access;
    if (this.#room === null) void this.#enter();
  }

  reopened(): void {
    if (this.#room === null && this.#retry !== undefined) this.#again(0);
  }

  restart(): void {
    this.#leave();
    this.#again(0);
  }

  tracksChanged(): void {
    const room = this.#room;
    if (room !== null && this.#library !== null) this.#publish(room, this.#library);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#leave();
  }

  async #enter(): Promise<void> {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    const access = this.#access;
    if (this.#closed || access === undefined) return;
    let room: Room | null = null;
    try {
      this.#library ??= await load();
      if (this.#closed || this.#room !== null) return;
      room = this.#newRoom(this.#library);
      this.#room = room;
      await room.connect(access.url, access.token, { rtcConfig: { iceTransportPolicy: this.#policy } });
      if (room !== this.#room) return;
      this.#attempt = 0;
      this.#publish(room, this.#library);
      this.#look(room);
    } catch (error) {
      if (!this.#closed) console.warn('the media room is out of reach', error);
      if (room === null || room === this.#room) this.#lost();
    }
  }

  #newRoom(library: Library): Room {
    // The devices are ours: neither the library nor the end of a room stops them.
    const room = new library.Room({ stopLocalTrackOnUnpublish: false });
    const { RoomEvent } = library;
    const look = (): void => this.#look(room);
    for (const event of [RoomEvent.ParticipantConnected, RoomEvent.ParticipantDisconnected, RoomEvent.ConnectionStateChanged] as const) room.on(event, look);
    room.on(RoomEvent.TrackSubscribed, (track, { source }) => this.#arrived(track.mediaStreamTrack, source));
    room.on(RoomEvent.TrackUnsubscribed, (track) => this.#gone(track.mediaStreamTrack));
    room.on(RoomEvent.Disconnected, () => room === this.#room && this.#lost());
    return room;
  }

  #arrived(track: MediaStreamTrack, source: string): void {
    const isDevice = source === 'camera' || source === 'microphone';
    (isDevice ? this.remote : this.shared).addTrack(track);
    this.#around.streamsChanged();
  }

  #gone(...tracks: MediaStreamTrack[]): void {
    for (const track of tracks) this.shared.removeTrack(track);
    this.remote = new MediaStream(this.remote.getTracks().filter((one) => !tracks.includes(one)));
    this.#around.streamsChanged();
  }

  /** Connected is: in the room, and the other one is there. */
  #look(room: Room): void {
    if (room !== this.#room || this.#library === null) return;
    const { Connected, SignalReconnecting } = this.#library.ConnectionState;
    const inside = room.state === Connected || room.state === SignalReconnecting;
    if (inside && room.remoteParticipants.size > 0) {
      this.#met = true;
      this.#around.changed('connected');
    } else if (this.#met) this.#around.changed('interrupted');
  }

  /** The library gave up, or somebody took the room away. */
  #lost(): void {
    this.#leave();
    if (this.#met) this.#around.changed('interrupted');
    this.#again(backOff(this.#attempt, Math.random()));
    this.#attempt += 1;
  }

  /** Tokens are short-lived: each coming takes a new one. */
  #again(delayMs: number): void {
    if (this.#closed) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#around.send({ type: 'refresh' }), delayMs);
  }

  #leave(): void {
    const room = this.#room;
    this.#room = null;
    this.#published.clear();
    this.#gone(...this.remote.getTracks(), ...this.shared.getTracks());
    room?.removeAllListeners();
    void room?.disconnect(false).catch(() => undefined);
  }

  /** One change after the other. */
  #publish(room: Room, library: Library): void {
    this.#publishing = this.#publishing
      .then(() => this.#publishAll(room, library))
      .catch((error: unknown) => {
        if (room === this.#room) console.warn('publishing failed', error);
      });
  }

  async #publishAll(room: Room, library: Library): Promise<void> {
    const wanted = this.#wanted();
    for (const [key, local] of this.#published) {
      if (room !== this.#room) return;
      const track = wanted.get(key)?.track;
      if (track === undefined) {
        this.#published.delete(key);
        await room.localParticipant.unpublishTrack(local, false);
      } else if (local.mediaStreamTrack !== track) await local.replaceTrack(track, true);
    }
    for (const [key, { track, source }] of wanted) {
      if (room !== this.#room) return;
      if (this.#published.has(key)) continue;
      // For one who looks, one size is enough.
      const options = { source: library.Track.Source[source], simulcast: false };
      const { track: local } = await room.localParticipant.publishTrack(track, options);
      if (local !== undefined && room === this.#room) this.#published.set(key, local);
    }
  }

  #wanted(): ReadonlyMap<string, Wanted> {
    const wanted = new Map<string, Wanted>();
    for (const kind of KINDS) {
      const track = this.#around.outgoing(kind);
      if (track !== null) wanted.set(kind, { track, source: kind === 'audio' ? 'Microphone' : 'Camera' });
    }
    for (const track of this.#around.shares()) wanted.set(track.id, { track, source: 'ScreenShare' });
    return wanted;
  }
}

/** It says much; what goes wrong is enough. */
async function load(): Promise<Library> {
  const library = await import('livekit-client');
  library.setLogLevel('warn');
  return library;
}
