/**
 * Rooms of LiveKit and OpenVidu 3. The library reconnects by itself for as long as its own patience lasts; whatever comes then is
 * `room.ts`.
 */
import type { LocalTrack, Room } from 'livekit-client';
import type { Signaling } from '../wire.generated.ts';
import { KINDS } from './local.ts';
import type { Backend, Stay, Visit } from './room.ts';

type Library = typeof import('livekit-client');

/** Something to publish, and where it came from. */
interface Wanted {
  readonly track: MediaStreamTrack;
  readonly source: 'Camera' | 'Microphone' | 'ScreenShare';
}

export const LIVEKIT: Backend = {
  kind: 'livekit',
  async load() {
    const library = await import('livekit-client');
    // It says much; what goes wrong is enough.
    library.setLogLevel('warn');
    return (visit) => new LiveKitStay(library, visit);
  },
};

class LiveKitStay implements Stay {
  readonly #library: Library;
  readonly #visit: Visit;
  readonly #room: Room;
  readonly #published = new Map<string, LocalTrack>();
  #left = false;

  constructor(library: Library, visit: Visit) {
    this.#library = library;
    this.#visit = visit;
    // The devices are ours: neither the library nor the end of a room stops them.
    this.#room = new library.Room({ stopLocalTrackOnUnpublish: false });
    this.#listen(library.RoomEvent);
  }

  async connect({ url, token }: Signaling.MediaAccess): Promise<void> {
    await this.#room.connect(url, token, { rtcConfig: { iceTransportPolicy: this.#visit.policy } });
  }

  get together(): boolean {
    const { Connected, SignalReconnecting } = this.#library.ConnectionState;
    const inside = this.#room.state === Connected || this.#room.state === SignalReconnecting;
    return inside && this.#room.remoteParticipants.size > 0;
  }

  async publish(): Promise<void> {
    const { localParticipant } = this.#room;
    const wanted = this.#wanted();
    for (const [key, local] of this.#published) {
      if (this.#left) return;
      const track = wanted.get(key)?.track;
      if (track === undefined) {
        this.#published.delete(key);
        await localParticipant.unpublishTrack(local, false);
      } else if (local.mediaStreamTrack !== track) await local.replaceTrack(track, true);
    }
    for (const [key, { track, source }] of wanted) {
      if (this.#left) return;
      if (this.#published.has(key)) continue;
      // For one who looks, one size is enough.
      const options = { source: this.#library.Track.Source[source], simulcast: false };
      const { track: local } = await localParticipant.publishTrack(track, options);
      if (local !== undefined) this.#published.set(key, local);
    }
  }

  leave(): void {
    this.#left = true;
    this.#room.removeAllListeners();
    void this.#room.disconnect(false).catch(() => undefined);
  }

  #listen(event: Library['RoomEvent']): void {
    const { look, lost } = this.#visit;
    this.#room
      .on(event.ParticipantConnected, look)
      .on(event.ParticipantDisconnected, look)
      .on(event.ConnectionStateChanged, look)
      .on(event.TrackSubscribed, (track, { source }) => this.#arrived(track.mediaStreamTrack, source))
      .on(event.TrackUnsubscribed, (track) => this.#gone(track.mediaStreamTrack))
      .on(event.Disconnected, lost);
  }

  #arrived(track: MediaStreamTrack, source: string): void {
    const { around, remote, shared } = this.#visit;
    const isDevice = source === 'camera' || source === 'microphone';
    (isDevice ? remote() : shared).addTrack(track);
    around.streamsChanged();
  }

  #gone(track: MediaStreamTrack): void {
    const { remote, shared, show } = this.#visit;
    shared.removeTrack(track);
    show(remote().getTracks().filter((one) => one !== track));
  }

  #wanted(): ReadonlyMap<string, Wanted> {
    const { around } = this.#visit;
    const wanted = new Map<string, Wanted>();
    for (const kind of KINDS) {
      const track = around.outgoing(kind);
      if (track !== null) wanted.set(kind, { track, source: kind === 'audio' ? 'Microphone' : 'Camera' });
    }
    for (const track of around.shares()) wanted.set(track.id, { track, source: 'ScreenShare' });
    return wanted;
  }
}
