/** What a page sees of its session, and the events that tell of changes in it. Pure. */
import type { DeviceState, EnabledMedia, TrackKind } from '../media/local.ts';
import type { MediaConnectionState } from '../media/transport.ts';
import { BEFORE_JOIN, type PeerPresence, type SessionState, type TimelineEntry } from '../signaling/session.ts';
import type { SocketStatus } from '../socket/reconnecting-socket.ts';
import type { EndReason } from '../wire.generated.ts';
import type { PeerMedia } from './media-status.ts';
import type { Refusal } from './refusal.ts';
import type { PeerLine } from './peer-line.ts';

/** `early`: the lobby is not open yet. `left`: by this page's own decision, before the session was live. `refused`: for good. */
export type SessionPhase = SessionState['stage']['phase'] | 'early' | 'left' | 'refused';

/** What a page shows of its session. A change makes a new object; what has not changed in it stays the same one. */
export interface SessionSnapshot {
  readonly phase: SessionPhase;
  /** What the server has told: times, the other one, the timeline. */
  readonly session: SessionState;
  /** When the lobby opens (server time, Unix ms); null once it is open. */
  readonly opensAt: number | null;
  /** Left by this page's own decision, and not come back. */
  readonly left: boolean;
  /** Why this page is not in the session, and does not try again. */
  readonly refusal: Refusal | null;
  /** The connection to signaling. A session goes on for a while without one. */
  readonly connection: SocketStatus;
  /** The connection that carries sound and picture. */
  readonly media: MediaConnectionState;
  /** Camera and microphone of this page; black and silent for the other one until the session is live. */
  readonly preview: MediaStream | null;
  /** The peer's camera and microphone. Another object after each reconnect. */
  readonly remote: MediaStream | null;
  /** Whether microphone and camera work, and if not, why. */
  readonly devices: Readonly<Record<TrackKind, DeviceState>>;
  /** Labels are empty until permission is granted. */
  readonly availableDevices: readonly MediaDeviceInfo[];
  /** Device ids in use. */
  readonly selectedDevices: Readonly<Record<TrackKind, string | null>>;
  /** What the person has switched on; sent only while `live`. */
  readonly enabledMedia: EnabledMedia;
  /** What the peer sends, by its own word; null before the first. */
  readonly peerMedia: PeerMedia | null;
  /** `good` outside of `live` and `paused`. */
  readonly peerLine: PeerLine;
}

export const INITIAL_SNAPSHOT: SessionSnapshot = {
  phase: 'joining',
  session: BEFORE_JOIN,
  opensAt: null,
  left: false,
  refusal: null,
  connection: 'connecting',
  media: 'none',
  preview: null,
  remote: null,
  devices: { audio: 'asking', video: 'asking' },
  availableDevices: [],
  selectedDevices: { audio: null, video: null },
  enabledMedia: { audio: true, video: true },
  peerMedia: null,
  peerLine: 'good',
};

/** Times are the server's (Unix ms): compare them with `Session.now()`. */
export interface SessionEvents {
  /** The lobby opens at `opensAt`, or is open where that is null; `absent`: who is missing. */
  waiting: { readonly opensAt: number | null; readonly startsAt: number | null; readonly absent: readonly string[] };
  /** Both are in. Sound and picture go on at `liveAt`, on both sides at once. */
  countdown: { readonly liveAt: number };
  /** The session runs until `deadlineAt`. Told again when more time was given, and after a pause. */
  live: { readonly startedAt: number; readonly deadlineAt: number };
  /** The session is about to end. */
  warning: { readonly deadlineAt: number };
  /** The other one is lost and the clock stands still: `remainingMs` are left, and at `until` it ends without them. Null where not known. */
  paused: { readonly remainingMs: number | null; readonly until: number | null };
  /** Over for both. `absent`: of a no-show, who was not there. `startedAt` is null where it never was live. */
  ended: { readonly reason: EndReason; readonly absent: readonly string[]; readonly startedAt: number | null; readonly endedAt: number };
  /** The other one came, was lost, came back or went, or switched something on or off. */
  peer: { readonly userId: string; readonly name: string; readonly presence: PeerPresence; readonly media: PeerMedia | null };
  /** What the other page has sent by `Session.send`; nobody has checked it. */
  data: { readonly payload: unknown };
  /** `final`: nothing more is tried. */
  error: Refusal;
}

export type SessionEvent = { readonly [Type in keyof SessionEvents]: { readonly type: Type; readonly event: SessionEvents[Type] } }[keyof SessionEvents];

export function phaseOf({ session, left, opensAt, refusal }: Pick<SessionSnapshot, 'session' | 'left' | 'opensAt' | 'refusal'>): SessionPhase {
  if (session.stage.phase === 'ended') return 'ended';
  if (refusal?.final) return 'refused';
  if (left) return 'left';
  return opensAt === null ? session.stage.phase : 'early';
}

/** What has happened between two states, in the order in which it is told. `data` and `error` have no state of their own. */
export function eventsBetween(before: SessionSnapshot, after: SessionSnapshot): readonly SessionEvent[] {
  return [...peerEvents(before, after), ...phaseEvents(before, after)];
}

function peerEvents(before: SessionSnapshot, { session: { peer }, peerMedia }: SessionSnapshot): readonly SessionEvent[] {
  const known = before.session.peer;
  if (peer === null || (samePresence(peer.presence, known?.presence) && peer.name === known?.name && peerMedia === before.peerMedia)) return [];
  return [{ type: 'peer', event: { userId: peer.userId, name: peer.name, presence: peer.presence, media: peerMedia } }];
}

function samePresence(one: PeerPresence, other: PeerPresence | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function phaseEvents(before: SessionSnapshot, after: SessionSnapshot): readonly SessionEvent[] {
  const { stage, spec, peer } = after.session;
  const was = before.session.stage;
  const entered = before.phase !== after.phase;
  if (after.phase === 'early' || after.phase === 'lobby') {
    const absent = peer === null || peer.presence.is === 'here' ? [] : [peer.userId];
    const changed = entered || before.opensAt !== after.opensAt || before.session.spec?.starts_at !== spec?.starts_at || before.session.peer?.presence.is !== peer?.presence.is;
    return changed ? [{ type: 'waiting', event: { opensAt: after.opensAt, startsAt: spec?.starts_at ?? null, absent } }] : [];
  }
  switch (stage.phase) {
    case 'countdown':
      return was.phase === 'countdown' && was.liveAt === stage.liveAt ? [] : [{ type: 'countdown', event: { liveAt: stage.liveAt } }];
    case 'live':
      return [
        ...(was.phase === 'live' && was.deadlineAt === stage.deadlineAt ? [] : [{ type: 'live', event: { startedAt: stage.startedAt, deadlineAt: stage.deadlineAt } } as const]),
        ...(stage.ending && !(was.phase === 'live' && was.ending) ? [{ type: 'warning', event: { deadlineAt: stage.deadlineAt } } as const] : []),
      ];
    case 'paused':
      return was.phase === 'paused' && was.until === stage.until ? [] : [{ type: 'paused', event: { remainingMs: stage.remainingMs, until: stage.until } }];
    case 'ended':
      return entered ? [{ type: 'ended', event: { reason: stage.reason, absent: stage.absent, startedAt: stage.startedAt, endedAt: stage.endedAt } }] : [];
    default:
      return [];
  }
}

/** What survives a reload. */
export interface KeptSession {
  readonly timeline: readonly TimelineEntry[];
  readonly left: boolean;
}
