/** Reactions, which two pages tell each other by `data`. Pure. */

export const REACTIONS = ['👋', '❤️', '😂', '👏', '🎉'] as const;

export type ReactionSign = (typeof REACTIONS)[number];

export interface Reaction {
  readonly sign: ReactionSign;
  readonly mine: boolean;
  /** Server time, Unix ms. */
  readonly at: number;
}

/** How long one is shown, and how soon after it the next is sent (ms). */
export const REACTION_SHOWN_MS = 4_000;
export const REACTION_INTERVAL_MS = 500;

/** Null for whatever is none of ours: no text of others is shown so large. */
export function reactionSign(payload: unknown): ReactionSign | null {
  const { reaction } = (payload ?? {}) as { reaction?: unknown };
  return REACTIONS.find((sign) => sign === reaction) ?? null;
}
