/** View models of the states of a session. */
import { BEFORE_JOIN, type Chat, type Notification, type SessionStage, type SessionState, type SessionView } from '@rendezvous/client';
import { emptyChatRoom, type ChatRoomState } from '@rendezvous/client/chat';
import type { ChatModel } from '../src/session/chat.svelte.ts';
import type { Extension } from '../src/session/extension.ts';
import type { CallModel } from '../src/session/model.ts';
import { fakeCameraStream } from './fake-camera.ts';

export interface Scene {
  readonly model: CallModel;
  readonly chat: ChatModel;
  readonly notification: Notification | null;
  readonly chatOpen: boolean;
}

const START = new Date(2026, 10, 21, 14, 0, 0).getTime();
const MINUTE = 60_000;

const PEOPLE: [Chat.Member, Chat.Member] = [
  { user_id: 'ann', name: 'Ann', read_seq: 0, delivered_seq: 0 },
  { user_id: 'bo', name: 'Bo', read_seq: 3, delivered_seq: 5 },
];

const POLICY = {
  countdown_ms: 5_000,
  duration_ms: MINUTE,
  extension_ms: MINUTE,
  max_extensions: 1,
  connect_ms: 20_000,
  on_loss: 'run',
  max_pause_ms: 30_000,
  duplicate: 'takeover',
  media: 'p2p',
  ice: 'all',
} as const;

const TIMES = { lobby_opens_at: START - 5 * MINUTE, starts_at: START, closes_at: START + 2 * MINUTE };

const BOOKING: SessionView = {
  id: 's',
  revision: 1,
  state: 'open',
  room_id: 'r',
  ...TIMES,
  ...POLICY,
  lobby_ms: 5 * MINUTE,
  closes_after_ms: 2 * MINUTE,
  allow_overlap: false,
  remind_before_ms: [5 * MINUTE],
  participants: PEOPLE.map(({ user_id, name }) => ({ user_id, name, joined_at: [], left_at: [] })),
  created_at: START - 60 * MINUTE,
};

const SESSION: SessionState = {
  ...BEFORE_JOIN,
  stage: { phase: 'lobby' },
  spec: { id: 's', revision: 1, participants: [{ user_id: 'ann', name: 'Ann' }, { user_id: 'bo', name: 'Bo' }], ...TIMES, ...POLICY },
  me: 'ann',
  peer: { userId: 'bo', name: 'Bo', presence: { is: 'away', since: START - 228_000 } },
  extensionsLeft: 1,
  timeline: [{ at: START - 228_000, what: 'you_came' }],
};

const HERE: SessionState = {
  ...SESSION,
  peer: { userId: 'bo', name: 'Bo', presence: { is: 'here' } },
  timeline: [...SESSION.timeline, { at: START - 80_000, what: 'peer_came' }],
};

const LIVE: SessionStage = { phase: 'live', startedAt: START + 5_000, deadlineAt: START + 65_000, ending: false };

function message(seq: number, from: string, body: string, at: number): Chat.Message {
  return { room: 'r', seq, message_id: `m${seq}`, from, client_id: `c${seq}`, body, sent_at: at };
}

const DAY = 24 * 60 * MINUTE;
const ROOM: ChatRoomState = {
  ...emptyChatRoom('r', 'ann'),
  epoch: 'e',
  lastSeq: 5,
  minSeq: 1,
  readSeq: 4,
  members: PEOPLE,
  present: new Set(['bo']),
  messages: [
    message(1, 'bo', 'Got your chocolate letter ✦', START - DAY),
    message(2, 'ann', 'And I got yours. Two o’clock?', START - DAY + MINUTE),
    message(3, 'ann', 'I’ll bring a song.', START - DAY + MINUTE + 9_000),
    message(4, 'ann', '떨린다 ㅎㅎ', START - 39 * MINUTE),
    message(5, 'bo', 'See you at two!', START - 38 * MINUTE),
  ],
};

const CHAT: ChatModel = { room: ROOM, status: 'open', typing: false, draft: '' };
const UNSENT: ChatModel = {
  room: {
    ...ROOM,
    pending: [
      { clientId: 'p1', body: 'Bringing my guitar', writtenAt: START - 2 * MINUTE, state: 'failed' },
      { clientId: 'p2', body: 'Are you nervous too?', writtenAt: START - MINUTE, state: 'sending' },
    ],
  },
  status: 'lost',
  typing: false,
  draft: '',
};

const REFUSED: ChatModel = {
  room: {
    ...ROOM,
    pending: [
      { clientId: 'p1', body: 'The whole song, verse by verse', writtenAt: START - 3 * MINUTE, state: 'failed', refusal: { code: 'bad_text', reason: 'too_long' } },
      { clientId: 'p2', body: 'And once more', writtenAt: START - 2 * MINUTE, state: 'failed', refusal: { code: 'quota_exceeded', retryAt: START + 9 * MINUTE } },
      { clientId: 'p3', body: 'Hello?', writtenAt: START - MINUTE, state: 'failed', refusal: { code: 'quota_exceeded', retryAt: START - 4 * MINUTE } },
    ],
  },
  status: 'open',
  typing: false,
  draft: '',
};

/** People whose names run the other way, or try to turn what follows. */
const OTHERS: ChatModel = {
  ...CHAT,
  room: { ...ROOM, messages: [...ROOM.messages, message(6, 'bo', 'مرحبا! 14:00 تمام؟\nand a second line', START - 37 * MINUTE)] },
};

const LINKS: ChatModel = {
  ...CHAT,
  room: {
    ...ROOM,
    messages: [
      ...ROOM.messages,
      message(6, 'bo', 'The song: https://example.org/song — and <b>no markup</b>.', START - 37 * MINUTE),
      message(7, 'ann', `https://example.org/${'a-long-word'.repeat(12)}`, START - 36 * MINUTE),
      message(8, 'bo', 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft', START - 35 * MINUTE),
    ],
  },
};

/** Texts that are not there any more, for each of the reasons. */
const GONE: ChatModel = {
  ...CHAT,
  room: {
    ...ROOM,
    messages: [
      ...ROOM.messages,
      { ...message(6, 'ann', '', START - 37 * MINUTE), body: null, deleted: true },
      { ...message(7, 'bo', '', START - 36 * MINUTE), body: null, deleted: true },
      { ...message(8, 'ann', '', START - 35 * MINUTE), body: null, expires_at: START - 30 * MINUTE },
      { ...message(9, 'bo', '', START - 34 * MINUTE), body: null, corrupt: true },
    ],
  },
};

const NO_EXTENSION: Extension = { asked: false, wanted: false, declined: false };

const REMINDER: Notification = { id: 'n', kind: 'session_reminder', created_at: START - 5 * MINUTE, session_id: 's', starts_at: START, with: 'Bo' };

function scene(model: Partial<CallModel>, rest: Partial<Omit<Scene, 'model'>> = {}, upright = false): () => Scene {
  return () => ({
    model: {
      joinState: { is: 'in' },
      booking: BOOKING,
      me: 'ann',
      session: SESSION,
      opensAt: null,
      left: false,
      signalingStatus: 'open',
      mediaState: 'connected',
      preview: fakeCameraStream('#4b3a57', '#4b2634'),
      remote: fakeCameraStream('#7a5c38', '#2a5a56', upright),
      devices: { audio: 'on', video: 'on' },
      availableDevices: [
        { kind: 'audioinput', deviceId: 'a', label: 'Built-in microphone', groupId: '', toJSON: () => null },
        { kind: 'videoinput', deviceId: 'v', label: 'FaceTime HD', groupId: '', toJSON: () => null },
      ],
      selectedDevices: { audio: 'a', video: 'v' },
      enabledMedia: { audio: true, video: true },
      peerMedia: { audio: true, video: true, missing: [] },
      peerLine: 'good',
      paused: null,
      extension: NO_EXTENSION,
      reaction: null,
      now: START - 161_000,
      ...model,
    },
    chat: CHAT,
    notification: null,
    chatOpen: false,
    ...rest,
  });
}

const ended = (stage: Partial<Extract<SessionStage, { phase: 'ended' }>>): SessionState => ({
  ...HERE,
  stage: { phase: 'ended', reason: 'completed', absent: [], startedAt: START + 5_000, endedAt: START + 65_000, ...stage },
  timeline: [
    ...HERE.timeline,
    { at: START, what: 'countdown' },
    { at: START + 5_000, what: 'live' },
    { at: START + 65_000, what: 'ended' },
  ],
});

export const SCENES = {
  loading: scene({ joinState: { is: 'opening', retrying: false }, booking: null }),
  trouble: scene({ joinState: { is: 'opening', retrying: true }, booking: null }),
  early: scene({ opensAt: START - 5 * MINUTE, now: START - 9 * MINUTE - 20_000 }),
  'early-far': scene({ opensAt: START + 60 * DAY, now: START - 9 * MINUTE, booking: { ...BOOKING, starts_at: START + 60 * DAY + 5 * MINUTE } }),
  'early-reminder': scene({ opensAt: START - 5 * MINUTE, now: START - 6 * MINUTE }, { notification: REMINDER }),
  'early-opened': scene({ opensAt: START - 5 * MINUTE, now: START - 6 * MINUTE }, { notification: { ...REMINDER, kind: 'session_opened' } }),
  'waiting-reminder': scene({}, { notification: { ...REMINDER, kind: 'session_opened' } }),
  waiting: scene({}),
  'waiting-asking': scene({ devices: { audio: 'asking', video: 'asking' } }),
  'waiting-refused': scene({ devices: { audio: 'refused', video: 'refused' } }),
  'waiting-no-camera': scene({ devices: { audio: 'on', video: 'missing' } }),
  'waiting-late': scene({ now: START + 60_000 }),
  'waiting-chat': scene({}, { chatOpen: true }),
  'waiting-chat-down': scene({}, { chatOpen: true, chat: UNSENT }),
  'waiting-chat-refused': scene({}, { chatOpen: true, chat: REFUSED }),
  'waiting-chat-gone': scene({}, { chatOpen: true, chat: GONE }),
  'waiting-names': scene(
    { session: { ...HERE, peer: { userId: 'bo', name: 'שלום \u202edab', presence: { is: 'away', since: START - 200_000 } } } },
    { chatOpen: true, chat: OTHERS },
  ),
  'waiting-offline': scene({ signalingStatus: 'lost' }),
  'peer-lost-lobby': scene({ session: { ...HERE, peer: { userId: 'bo', name: 'Bo', presence: { is: 'lost', until: START - 140_000 } } } }),
  'both-negotiating': scene({ session: HERE, mediaState: 'connecting' }),
  both: scene({ session: HERE }),
  countdown: scene({ session: { ...HERE, stage: { phase: 'countdown', liveAt: START + 5_000 } }, now: START + 2_300 }),
  connecting: scene({ session: { ...HERE, stage: { phase: 'connecting' } }, now: START + 6_000, mediaState: 'connecting' }),
  live: scene({ session: { ...HERE, stage: LIVE }, now: START + 23_000 }),
  'live-upright': scene({ session: { ...HERE, stage: LIVE }, now: START + 23_000 }, {}, true),
  'live-chat': scene({ session: { ...HERE, stage: LIVE }, now: START + 23_000 }, { chatOpen: true }),
  'live-chat-links': scene({ session: { ...HERE, stage: LIVE }, now: START + 23_000 }, { chatOpen: true, chat: LINKS }),
  'live-reaction': scene({ session: { ...HERE, stage: LIVE }, reaction: { sign: '👋', mine: false, at: START + 22_000 }, now: START + 23_000 }),
  'live-ending': scene({ session: { ...HERE, stage: { ...LIVE, ending: true } }, now: START + 57_000 }),
  'live-minute-left': scene({ session: { ...HERE, stage: { ...LIVE, deadlineAt: START + 5_000 + 20 * MINUTE } }, now: START + 19 * MINUTE + 7_000 }),
  'live-extend-wanted': scene({ session: { ...HERE, stage: { ...LIVE, ending: true }, extendAskedBy: ['bo'] }, extension: { ...NO_EXTENSION, wanted: true }, now: START + 50_000 }),
  'live-extend-asked': scene({ session: { ...HERE, stage: LIVE, extendAskedBy: ['ann'] }, extension: { ...NO_EXTENSION, asked: true }, now: START + 50_000 }),
  'live-extend-declined': scene({ session: { ...HERE, stage: LIVE, extendAskedBy: ['ann'] }, extension: { ...NO_EXTENSION, declined: true }, now: START + 50_000 }),
  'live-muted': scene({ session: { ...HERE, stage: LIVE }, enabledMedia: { audio: false, video: false }, peerMedia: { audio: false, video: false, missing: [] }, now: START + 30_000 }),
  'live-microphone-died': scene({ session: { ...HERE, stage: LIVE }, devices: { audio: 'unplugged', video: 'on' }, now: START + 30_000 }),
  'live-both-died': scene({ session: { ...HERE, stage: LIVE }, devices: { audio: 'unplugged', video: 'unplugged' }, now: START + 30_000 }),
  'live-peer-died': scene({ session: { ...HERE, stage: LIVE }, peerMedia: { audio: false, video: false, missing: ['audio', 'video'] }, now: START + 30_000 }),
  'live-offline': scene({ session: { ...HERE, stage: LIVE }, signalingStatus: 'lost', now: START + 30_000 }),
  frozen: scene({ session: { ...HERE, stage: LIVE }, peerLine: 'frozen', now: START + 30_000 }),
  'dropped-at-once': scene({
    session: { ...HERE, stage: LIVE, peer: { userId: 'bo', name: 'Bo', presence: { is: 'lost', until: START + 59_000 } } },
    peerLine: 'dropped',
    now: START + 30_000,
  }),
  dropped: scene({
    session: { ...HERE, stage: LIVE, peer: { userId: 'bo', name: 'Bo', presence: { is: 'lost', until: START + 54_000 } } },
    mediaState: 'interrupted',
    peerLine: 'dropped',
    remote: null,
    now: START + 30_000,
  }),
  paused: scene({
    session: {
      ...HERE,
      stage: { phase: 'paused', startedAt: START + 5_000, remainingMs: 34_000, until: START + 60_000 },
      peer: { userId: 'bo', name: 'Bo', presence: { is: 'lost', until: START + 54_000 } },
    },
    mediaState: 'interrupted',
    peerLine: 'dropped',
    paused: { remaining_ms: 34_000, until: START + 60_000 },
    now: START + 31_000,
  }),
  ended: scene({ session: ended({}), now: START + 66_000 }),
  'ended-extended': scene({
    session: { ...ended({ endedAt: START + 85_000 }), timeline: [...HERE.timeline, { at: START - 20_000, what: 'peer_came' }, { at: START - 10_000, what: 'peer_came' }, ...ended({}).timeline.slice(-3), { at: START + 85_000, what: 'extended' }] },
    booking: { ...BOOKING, extension_ms: 20_000 },
    now: START + 86_000,
  }),
  'ended-left': scene({ session: ended({ reason: 'left' }), now: START + 66_000 }),
  missed: scene({ session: ended({ reason: 'no_show', absent: ['bo'], startedAt: null }), now: START + 2 * MINUTE }),
  cancelled: scene({ booking: { ...BOOKING, state: 'cancelled' } }),
  'connect-failed': scene({ session: ended({ reason: 'connect_failed', startedAt: null }), now: START + MINUTE }),
  left: scene({ left: true }),
  replaced: scene({ joinState: { is: 'closed', why: 'replaced' } }),
  unknown: scene({ joinState: { is: 'closed', why: 'unknown' }, booking: null }),
  past: scene({ joinState: { is: 'closed', why: 'past' }, booking: null }),
} satisfies Record<string, () => Scene>;
