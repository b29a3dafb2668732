/** What calls a person back to the tab of their session: its title, and the moments that are worth a sound. Pure. */
import type { Words } from '../i18n/en.ts';
import { countdownNumber, span } from '../time.ts';
import type { CallModel } from './model.ts';
import { peerName, phaseOf } from './screen.ts';

/** `opened`: the room. `came`: the peer, where this person waits. `starts`: the countdown. `message`: one that is not looked at. */
export type Moment = 'opened' | 'came' | 'starts' | 'message';

/** What moments are told from. */
export interface Seen {
  readonly phase: ReturnType<typeof phaseOf>;
  readonly peerHere: boolean;
  readonly unread: number;
}

export function seenOf(model: CallModel, unread: number): Seen {
  return { phase: phaseOf(model), peerHere: model.session.peer?.presence.is === 'here', unread };
}

/** The one moment of a change that is told: what comes first in the list is more than what comes after it. */
export function momentOf(before: Seen, after: Seen): Moment | null {
  if (before.phase === 'loading') return null;
  if (after.phase === 'countdown' && before.phase !== 'countdown') return 'starts';
  if (after.phase === 'lobby' && before.phase === 'lobby' && after.peerHere && !before.peerHere) return 'came';
  if (after.phase === 'lobby' && before.phase === 'early') return after.peerHere ? 'came' : 'opened';
  return after.unread > before.unread ? 'message' : null;
}

/** The title of the tab: what is the case, and how long it stays so. */
export function tabTitle(model: CallModel, unread: number, words: Words): string {
  const title = titleOf(model, words);
  return unread > 0 ? `(${unread}) ${title}` : title;
}

function titleOf(model: CallModel, words: Words): string {
  const name = peerName(model);
  if (name === '') return words.brand;
  const { stage, peer, spec } = model.session;
  switch (phaseOf(model)) {
    case 'early':
    case 'lobby': {
      const here = peer?.presence.is === 'here';
      const leftMs = (spec?.starts_at ?? model.booking?.starts_at ?? 0) - model.now;
      // Who is a day early has no use for a clock in the tab.
      if (model.left || model.opensAt !== null) break;
      const left = leftMs > 0 ? span(leftMs) : '';
      return here ? words.tab.here(name, left) : words.tab.waiting(name, left);
    }
    case 'countdown':
      return stage.phase === 'countdown' ? words.tab.timed(String(countdownNumber(stage.liveAt - model.now, spec?.countdown_ms ?? 5_000)), name) : name;
    case 'live':
      return stage.phase === 'live' ? words.tab.timed(span(stage.deadlineAt - model.now), name) : name;
    case 'paused':
      return words.tab.timed(words.pausedTitle, name);
    default:
      break;
  }
  return words.titleWith(name, model.booking?.duration_ms ?? 60_000);
}
