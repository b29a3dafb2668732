/**
 * Rooms of LiveKit and OpenVidu 3. The library reconnects by itself; once it gives up, the room is joined again.
 *
 * @module @rendezvous/client/media/livekit
 */
import type { LocalTrack, Room } from 'livekit-client';
import type { Signaling } from '../wire.generated.ts';
import { TRACK_KINDS } from './local.ts';
import { mediaServer, type MediaServerClient, type RoomConnection, type RoomContext } from './media-server.ts';

type LiveKitLibrary = typeof import('livekit-client');

interface Publication {
  readonly track: MediaStreamTrack;
  readonly source: 'Camera' | 'Microphone' | 'ScreenShare';
}

const client: MediaServerClient = {
  kind: 'livekit',
  async load() {
    const library = await import('livekit-client');
    // The default level logs every step.
    library.setLogLevel('warn');
    return (context) => new LiveKitConnection(library, context);
  },
};

/** For `createSession({media: [livekit]})`. The library is imported when a session first needs it. */
export const livekit = mediaServer(client);

class LiveKitConnection implements RoomConnection {
  readonly #library: LiveKitLibrary;
  readonly #context: RoomContext;
  readonly #room: Room;
  readonly #published = new Map<string, LocalTrack>();
  #left = false;

  constructor(library: LiveKitLibrary, context: RoomContext) {
    this.#library = library;
    this.#context = context;
    // `LocalMedia` owns the tracks: the library must not stop them.
    this.#room = new library.Room({ stopLocalTrackOnUnpublish: false });
    this.#listen(library.RoomEvent);
  }

  async connect({ url, token }: Signaling.MediaAccess): Promise<void> {
    await this.#room.connect(url, token, { rtcConfig: { iceTransportPolicy: this.#context.policy } });
  }

  get peerPresent(): boolean {
    const { Connected, SignalReconnecting } = this.#library.ConnectionState;
    const inside = this.#room.state === Connected || this.#room.state === SignalReconnecting;
    return inside && this.#room.remoteParticipants.size > 0;
  }

  get videoReceiver(): RTCRtpReceiver | null {
    const { Source } = this.#library.Track;
    for (const participant of this.#room.remoteParticipants.values()) {
      const receiver = participant.getTrackPublication(Source.Camera)?.track?.receiver;
      if (receiver !== undefined) return receiver;
    }
    return null;
  }

  async publish(): Promise<void> {
    const { localParticipant } = this.#room;
    const publications = this.#publications();
    for (const [key, local] of this.#published) {
      if (this.#left) return;
      const track = publications.get(key)?.track;
      if (track === undefined) {
        this.#published.delete(key);
        await localParticipant.unpublishTrack(local, false);
      } else if (local.mediaStreamTrack !== track) await local.replaceTrack(track, true);
    }
    for (const [key, { track, source }] of publications) {
      if (this.#left) return;
      if (this.#published.has(key)) continue;
      // Simulcast is of no use with a single subscriber.
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

  #listen(event: LiveKitLibrary['RoomEvent']): void {
    const { onPresenceChange, onDisconnected } = this.#context;
    this.#room
      .on(event.ParticipantConnected, onPresenceChange)
      .on(event.ParticipantDisconnected, onPresenceChange)
      .on(event.ConnectionStateChanged, onPresenceChange)
      .on(event.TrackSubscribed, (track, { source }) => this.#handleSubscribed(track.mediaStreamTrack, source))
      .on(event.TrackUnsubscribed, (track) => this.#handleUnsubscribed(track.mediaStreamTrack))
      .on(event.Disconnected, onDisconnected);
  }

  #handleSubscribed(track: MediaStreamTrack, source: string): void {
    const { transport, remote, shared } = this.#context;
    const isDevice = source === 'camera' || source === 'microphone';
    (isDevice ? remote() : shared).addTrack(track);
    transport.onStreamsChange();
  }

  #handleUnsubscribed(track: MediaStreamTrack): void {
    const { remote, shared, setRemoteTracks } = this.#context;
    shared.removeTrack(track);
    setRemoteTracks(remote().getTracks().filter((one) => one !== track));
  }

  #publications(): ReadonlyMap<string, Publication> {
    const { transport } = this.#context;
    const publications = new Map<string, Publication>();
    for (const kind of TRACK_KINDS) {
      const track = transport.outgoingTrack(kind);
      if (track !== null) publications.set(kind, { track, source: kind === 'audio' ? 'Microphone' : 'Camera' });
    }
    for (const track of transport.sharedTracks()) publications.set(track.id, { track, source: 'ScreenShare' });
    return publications;
  }
}
