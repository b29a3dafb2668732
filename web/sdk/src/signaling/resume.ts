/**
 * What survives the loss of a socket: the seat's token, how far we have read, what was sent and not yet answered.
 * Pure and mutable; the socket's owner asks it what to send and tells it what came.
 */
import type { Signaling } from '../wire.generated.ts';

/** A frame of ours that carries an `id`. `join` and `ping` never do. */
export type NumberedFrame = Exclude<Signaling.ClientFrame, { type: 'join' } | { type: 'ping' }>;

export type Sent = NumberedFrame & { readonly id: number };

/** Frames kept for a resume at most: one negotiation with its candidates, and below the server's burst of 200. */
export const LONGEST_BACKLOG = 128;

export class SeatMemory {
  #token: string | null = null;
  #lastSeq = 0;
  #lastId = 0;
  #unanswered: Sent[] = [];

  /** What `join` says to come back; undefined for a page that was never in. */
  resume(): Signaling.Resume | undefined {
    return this.#token === null ? undefined : { token: this.#token, last_seq: this.#lastSeq };
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Gives a frame its number and keeps it until it is answered. An offer takes the place of one that did not get through. */
  number(frame: NumberedFrame): Sent {
    this.#lastId += 1;
    const sent = { ...frame, id: this.#lastId };
    const others = frame.type === 'offer' ? this.#unanswered.filter(({ type }) => type !== 'offer') : this.#unanswered;
    this.#unanswered = [...others, sent].slice(-LONGEST_BACKLOG);
    return sent;
  }

  /** `ok` or `error` came for it; the frame, if it was waited for. */
  answered(id: number): NumberedFrame | undefined {
    const found = this.#unanswered.find((frame) => frame.id === id);
    this.#unanswered = this.#unanswered.filter((frame) => frame !== found);
    return found;
  }

  /**
   * After `welcome`: the frames to send again, in order.
   *
   * Those up to `last_id` took effect. A negotiation that is no longer on is not worth repeating; nor, where frames are
   * lost, is half of an exchange: whoever has an offer open makes it anew.
   */
  welcomed(welcome: Signaling.Welcome): readonly Sent[] {
    this.#token = welcome.resume_token;
    this.#lastId = Math.max(this.#lastId, welcome.last_id);
    if (!welcome.resumed) this.#lastSeq = 0;
    this.#unanswered = this.#unanswered.filter((frame) => {
      const on = !('epoch' in frame) || frame.epoch === welcome.epoch;
      const half = !welcome.resumed && (frame.type === 'offer' || frame.type === 'answer');
      return frame.id > welcome.last_id && on && !half;
    });
    return this.#unanswered;
  }

  /** True for a frame that was not taken before. Frames without `seq` are always new. */
  isNew(seq: number | undefined): boolean {
    if (seq === undefined) return true;
    if (seq <= this.#lastSeq) return false;
    this.#lastSeq = seq;
    return true;
  }

  /** The seat is gone: the next join is a fresh one. */
  forget(): void {
    this.#token = null;
    this.#lastSeq = 0;
    this.#unanswered = [];
  }
}
