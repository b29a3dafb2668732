/** The view model before anything has happened. */
import { BEFORE_JOIN, type SessionView } from '@rendezvous/client';
import type { CallModel } from '../src/session/model.ts';

export const START = 1_700_000_300_000;

export const BOOKING: SessionView = {
  id: 's',
  revision: 1,
  state: 'open',
  room_id: 'r',
  lobby_opens_at: START - 300_000,
  starts_at: START,
  closes_at: START + 120_000,
  countdown_ms: 5_000,
  duration_ms: 60_000,
  lobby_ms: 300_000,
  closes_after_ms: 120_000,
  extension_ms: 60_000,
  max_extensions: 1,
  connect_ms: 20_000,
  on_loss: 'run',
  max_pause_ms: 30_000,
  duplicate: 'takeover',
  media: 'p2p',
  ice: 'all',
  allow_overlap: false,
  remind_before_ms: [],
  participants: [
    { user_id: 'ann', name: 'Ann', joined_at: [], left_at: [] },
    { user_id: 'bo', name: 'Bo', joined_at: [], left_at: [] },
  ],
  created_at: 0,
};

export const MODEL: CallModel = {
  joinState: { is: 'in' },
  booking: BOOKING,
  me: 'ann',
  session: BEFORE_JOIN,
  opensAt: null,
  left: false,
  signalingStatus: 'open',
  mediaState: 'none',
  preview: null,
  remote: null,
  devices: { audio: 'on', video: 'on' },
  availableDevices: [],
  selectedDevices: { audio: null, video: null },
  enabledMedia: { audio: true, video: true },
  peerMedia: null,
  extension: { asked: false, wanted: false, declined: false },
  reaction: null,
  peerLine: 'good',
  paused: null,
  now: START,
};
