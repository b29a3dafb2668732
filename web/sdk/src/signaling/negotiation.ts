/**
 * Who offers, which frames count, and when a candidate may be added: perfect negotiation with epochs.
 * Pure: frames and the connection's signalling state in, things to do out.
 */
import type { IceServer, Signaling } from '../wire.generated.ts';

export interface Negotiation {
  readonly epoch: number;
  readonly polite: boolean;
  readonly offerer: boolean;
  /** The epoch's first answer went one way or the other; from then on either may offer. */
  readonly answered: boolean;
  /** The other one's offer lost a glare: candidates may come that belong to nothing. */
  readonly ignoring: boolean;
  readonly remoteReady: boolean;
  readonly held: readonly RemoteCandidate[];
}

export type RemoteCandidate = RTCIceCandidateInit | null;

/** What the owner of the PeerConnection has to do, in order. */
export type Step =
  | { readonly do: 'offer' }
  | { readonly do: 'take_back' }
  | { readonly do: 'accept_offer'; readonly sdp: string }
  | { readonly do: 'accept_answer'; readonly sdp: string }
  /** `mayFail`: it may be of an offer that was ignored, or of what is on. */
  | { readonly do: 'add_candidate'; readonly candidate: RemoteCandidate; readonly mayFail: boolean };

export type Next = readonly [Negotiation | null, readonly Step[]];

/** Candidates held before the description at most; the server relays no more than about that in an epoch. */
const MOST_HELD = 200;

/** A new pairing: a new connection, and the later arriver offers. */
export function begin(frame: { epoch: number; offerer?: string }, me: string, polite: boolean): Next {
  const offerer = frame.offerer === me;
  const fresh: Negotiation = { epoch: frame.epoch, polite, offerer, answered: false, ignoring: false, remoteReady: false, held: [] };
  return [fresh, offerer ? [{ do: 'offer' }] : []];
}

/** A relayed frame. Those of another epoch are replays of a pairing that is over. */
export function receive(
  state: Negotiation | null,
  frame: Extract<Signaling.ServerFrame, { type: 'offer' | 'answer' | 'candidate' }>,
  stable: boolean,
): Next {
  if (state === null || frame.epoch !== state.epoch) return [state, []];
  switch (frame.type) {
    case 'offer':
      return offered(state, frame.sdp, stable);
    case 'answer':
      return stable ? [state, []] : described({ ...state, answered: true, ignoring: false }, { do: 'accept_answer', sdp: frame.sdp });
    case 'candidate':
      return candidate(state, frame.candidate as RemoteCandidate);
  }
}

/** The browser wants to negotiate again (a restart of ICE, a new track). */
export function wanted(state: Negotiation | null, stable: boolean): readonly Step[] {
  return state !== null && state.answered && stable ? [{ do: 'offer' }] : [];
}

/** Our offer got no answer, and none is on its way: it was lost. What it asked for is asked again. */
export function unanswered(state: Negotiation | null, signalling: RTCSignalingState): readonly Step[] {
  return state !== null && signalling === 'have-local-offer' ? [{ do: 'take_back' }, { do: 'offer' }] : [];
}

/** Our answer is on its way: both sides may offer now. */
export function answered(state: Negotiation): Negotiation {
  return { ...state, answered: true };
}

export function iceServersOf(servers: readonly IceServer[]): RTCIceServer[] {
  return servers.map((server) => ({ ...server }));
}

function offered(state: Negotiation, sdp: string, stable: boolean): Next {
  if (!stable && !state.polite) return [{ ...state, ignoring: true }, []];
  return described({ ...state, ignoring: false }, { do: 'accept_offer', sdp });
}

/** A remote description goes first, then what was waiting for it. */
function described(state: Negotiation, step: Step): Next {
  const held = state.held.map((candidate): Step => ({ do: 'add_candidate', candidate, mayFail: false }));
  return [{ ...state, remoteReady: true, held: [] }, [step, ...held]];
}

function candidate(state: Negotiation, candidate: RemoteCandidate): Next {
  if (state.remoteReady) return [state, [{ do: 'add_candidate', candidate, mayFail: state.ignoring }]];
  return [{ ...state, held: [...state.held, candidate].slice(0, MOST_HELD) }, []];
}
