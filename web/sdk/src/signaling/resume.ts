/**
 * State that a resume needs: the resume token, the last `seq` received, the frames without an acknowledgement.
 * Mutable, without I/O: `SignalingClient` feeds it and sends what it returns.
 */
import { RefusedFrames } from '../socket/refused-frames.ts';
import type { Signaling } from '../wire.generated.ts';

/** Client frames with an `id`, acknowledged by `ok` or `error`: all but `join` and `ping`. */
export type NumberedFrame = Exclude<Signaling.ClientFrame, { type: 'join' } | { type: 'ping' }>;

export type SentFrame = NumberedFrame & { readonly id: number };

/** Unacknowledged frames that are kept: enough for one negotiation with its candidates, below the server's burst limit of 200. */
export const MAX_BACKLOG = 128;

export class ResumeState {
  #token: string | null = null;
  #lastSeq = 0;
  #lastId = 0;
  #unanswered: SentFrame[] = [];
  readonly #refused = new RefusedFrames<number>();

  /** The `resume` of `join`; undefined before the first `welcome`. */
  resume(): Signaling.Resume | undefined {
    return this.#token === null ? undefined : { token: this.#token, last_seq: this.#lastSeq };
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Keeps the frame until it is acknowledged. An offer replaces an unacknowledged earlier one. */
  assignId(frame: NumberedFrame): SentFrame {
    this.#lastId += 1;
    const sent = { ...frame, id: this.#lastId };
    const others = frame.type === 'offer' ? this.#unanswered.filter(({ type }) => type !== 'offer') : this.#unanswered;
    this.#unanswered = [...others, sent].slice(-MAX_BACKLOG);
    return sent;
  }

  /** For `ok` or `error`: returns the frame of that id, if it was unacknowledged. */
  acknowledge(id: number): NumberedFrame | undefined {
    const found = this.#unanswered.find((frame) => frame.id === id);
    this.#unanswered = this.#unanswered.filter((frame) => frame !== found);
    return found;
  }

  /** For a close because of what was sent: returns the frames that are not sent again. */
  giveUpRefused(code: number): readonly NumberedFrame[] {
    const blamed = this.#refused.blame(code, new Map(this.#unanswered.map((frame) => [frame.id, frame])));
    const refused = this.#unanswered.filter(({ id }) => blamed.has(id));
    this.#unanswered = this.#unanswered.filter(({ id }) => !blamed.has(id));
    return refused;
  }

  /**
   * Returns the frames to resend, in order.
   *
   * Frames up to `last_id` were processed; those of another epoch are obsolete. After a resume that lost frames, offers and answers
   * are dropped too, since the other half of the exchange may be missing: `reofferIfUnanswered` makes a new offer.
   */
  handleWelcome(welcome: Signaling.Welcome): readonly SentFrame[] {
    this.#token = welcome.resume_token;
    this.#lastId = Math.max(this.#lastId, welcome.last_id);
    if (!welcome.resumed) this.#lastSeq = 0;
    this.#unanswered = this.#unanswered.filter((frame) => {
      const currentEpoch = !('epoch' in frame) || frame.epoch === welcome.epoch;
      const halfExchange = !welcome.resumed && (frame.type === 'offer' || frame.type === 'answer');
      return frame.id > welcome.last_id && currentEpoch && !halfExchange;
    });
    return this.#unanswered;
  }

  /** False for a duplicate. Frames without `seq` are always accepted. */
  acceptSeq(seq: number | undefined): boolean {
    if (seq === undefined) return true;
    if (seq <= this.#lastSeq) return false;
    this.#lastSeq = seq;
    return true;
  }
}
