/**
 * Perfect negotiation within an epoch (W3C webrtc-pc, 10.7): who offers, how glare is resolved, when a candidate may be added.
 * Pure: frames and the signaling state in, steps out.
 */
import type { IceServer, Signaling } from '../wire.generated.ts';

export interface Negotiation {
  readonly epoch: number;
  readonly polite: boolean;
  readonly offerer: boolean;
  /** The first offer/answer of the epoch is complete: from then on either side may offer. */
  readonly answered: boolean;
  /** The peer's last offer was ignored in a glare: its candidates may fail to be added. */
  readonly ignoreOffer: boolean;
  readonly hasRemoteDescription: boolean;
  readonly pendingCandidates: readonly RemoteCandidate[];
}

export type RemoteCandidate = RTCIceCandidateInit | null;

/** To be executed on the RTCPeerConnection, in order. */
export type NegotiationStep =
  | { readonly do: 'offer' }
  | { readonly do: 'rollback' }
  | { readonly do: 'accept_offer'; readonly sdp: string }
  | { readonly do: 'accept_answer'; readonly sdp: string }
  /** `mayFail`: it may belong to an ignored offer. */
  | { readonly do: 'add_candidate'; readonly candidate: RemoteCandidate; readonly mayFail: boolean };

export type NegotiationResult = readonly [Negotiation | null, readonly NegotiationStep[]];

/** Candidates that are buffered before the remote description; the server relays about as many in an epoch. */
const MAX_PENDING_CANDIDATES = 200;

/** A new epoch. The server names the offerer: whoever joined later. */
export function beginNegotiation(frame: { epoch: number; offerer?: string }, me: string, polite: boolean): NegotiationResult {
  const offerer = frame.offerer === me;
  const negotiation: Negotiation = { epoch: frame.epoch, polite, offerer, answered: false, ignoreOffer: false, hasRemoteDescription: false, pendingCandidates: [] };
  return [negotiation, offerer ? [{ do: 'offer' }] : []];
}

/** Frames of another epoch are obsolete and ignored. */
export function receiveSignal(
  state: Negotiation | null,
  frame: Extract<Signaling.ServerFrame, { type: 'offer' | 'answer' | 'candidate' }>,
  stable: boolean,
): NegotiationResult {
  if (state === null || frame.epoch !== state.epoch) return [state, []];
  switch (frame.type) {
    case 'offer':
      return receiveOffer(state, frame.sdp, stable);
    case 'answer':
      return stable ? [state, []] : setRemoteDescription({ ...state, answered: true, ignoreOffer: false }, { do: 'accept_answer', sdp: frame.sdp });
    case 'candidate':
      return receiveCandidate(state, frame.candidate as RemoteCandidate);
  }
}

/** For the `negotiationneeded` event: an ICE restart or a new track. */
export function negotiationNeeded(state: Negotiation | null, stable: boolean): readonly NegotiationStep[] {
  return state !== null && state.answered && stable ? [{ do: 'offer' }] : [];
}

/** For an offer whose answer was lost: rolls it back and makes a new one. */
export function reofferIfUnanswered(state: Negotiation | null, signalingState: RTCSignalingState): readonly NegotiationStep[] {
  return state !== null && signalingState === 'have-local-offer' ? [{ do: 'rollback' }, { do: 'offer' }] : [];
}

/** For an offer that was never sent. */
export function takeBackOffer(signalingState: RTCSignalingState): readonly NegotiationStep[] {
  return signalingState === 'have-local-offer' ? [{ do: 'rollback' }] : [];
}

/** After the local answer was sent. */
export function markAnswered(state: Negotiation): Negotiation {
  return { ...state, answered: true };
}

export function iceServersOf(servers: readonly IceServer[]): RTCIceServer[] {
  return servers.map((server) => ({ ...server }));
}

function receiveOffer(state: Negotiation, sdp: string, stable: boolean): NegotiationResult {
  if (!stable && !state.polite) return [{ ...state, ignoreOffer: true }, []];
  return setRemoteDescription({ ...state, ignoreOffer: false }, { do: 'accept_offer', sdp });
}

/** Applies a remote description, then the candidates that were buffered for it. */
function setRemoteDescription(state: Negotiation, step: NegotiationStep): NegotiationResult {
  const buffered = state.pendingCandidates.map((candidate): NegotiationStep => ({ do: 'add_candidate', candidate, mayFail: false }));
  return [{ ...state, hasRemoteDescription: true, pendingCandidates: [] }, [step, ...buffered]];
}

function receiveCandidate(state: Negotiation, candidate: RemoteCandidate): NegotiationResult {
  if (state.hasRemoteDescription) return [state, [{ do: 'add_candidate', candidate, mayFail: state.ignoreOffer }]];
  return [{ ...state, pendingCandidates: [...state.pendingCandidates, candidate].slice(0, MAX_PENDING_CANDIDATES) }, []];
}
