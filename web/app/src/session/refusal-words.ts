/** Why the server refused a message, in words, and whether a retry can help. Pure. */
import type { MessageRefusal } from '@rendezvous/client/chat';
import type { Words } from '../i18n/en.ts';
import { dateTime } from '../time.ts';

export interface RefusalWords {
  readonly reason: string;
  /** The same message may pass, now or once `reason` says so. */
  readonly mayRetry: boolean;
}

export function refusalWords(refusal: MessageRefusal | null, now: number, words: Words, locale: string): RefusalWords {
  const later = refusal?.retryAt !== undefined && refusal.retryAt > now ? dateTime(refusal.retryAt, now, locale) : null;
  switch (refusal?.code) {
    case 'bad_text':
      return { reason: badText(refusal.reason, words), mayRetry: false };
    case 'too_large':
      return { reason: words.refusedTooLong, mayRetry: false };
    case 'quota_exceeded':
    case 'rate_limited':
      return { reason: later === null ? words.refusedQuota : words.refusedQuotaUntil(later), mayRetry: later === null };
    case 'room_closed':
      return { reason: words.refusedClosed, mayRetry: false };
    case 'not_a_member':
    case 'forbidden':
    case 'not_found':
      return { reason: words.refusedNotAMember, mayRetry: false };
    case 'malformed':
    case 'invalid_field':
    case 'conflict':
      return { reason: words.refusedAsIs, mayRetry: false };
    default:
      return { reason: words.notSent, mayRetry: true };
  }
}

function badText(reason: string | undefined, words: Words): string {
  if (reason === 'blank') return words.refusedBlank;
  return reason === 'too_long' ? words.refusedTooLong : words.refusedAsIs;
}
