/** Title and text of the screen after a session. Pure. */
import type { Words } from '../i18n/en.ts';
import { dateTime, exactTime } from '../time.ts';
import type { CallModel } from './model.ts';
import { interruptions, peerName, type SessionEnd } from './screen.ts';

export function endWords(model: CallModel, end: SessionEnd, words: Words, locale: string): { title: string; lead: string } {
  const name = peerName(model);
  switch (end.reason) {
    case 'completed':
      return completed(model, end, words, locale);
    case 'left':
      return { title: model.left ? words.endedLeftByYou : words.endedLeft(name), lead: `${words.endedLeftLead} ${words.endedChat(name)}` };
    case 'no_show':
      return missed(model, end, words);
    case 'abandoned':
      return { title: words.abandonedTitle, lead: words.abandonedLead };
    case 'cancelled':
      return { title: words.cancelledTitle, lead: words.cancelledLead(dateTime(model.booking?.starts_at ?? 0, model.now, locale)) };
    case 'connect_failed':
      return { title: words.connectFailedTitle, lead: words.connectFailedLead };
    case 'kicked':
      return { title: words.kickedTitle, lead: words.kickedLead };
    case 'terminated':
      return { title: words.terminatedTitle, lead: words.terminatedLead };
  }
}

function completed(model: CallModel, end: SessionEnd, words: Words, locale: string): { title: string; lead: string } {
  const title = words.endedTitle(lengthMs(model));
  if (end.startedAt === null || end.endedAt === null) return { title, lead: words.endedChat(peerName(model)) };
  const broke = interruptions(model.session);
  const how = broke === 0 ? words.noInterruption : words.interruptions(broke);
  return { title, lead: `${words.endedSpan(exactTime(end.startedAt, locale), exactTime(end.endedAt, locale))}, ${how}` };
}

/** What was agreed, and what was added to it: as this page was told or, if it was not there, by how long it was in the record. */
function lengthMs({ booking, session }: CallModel): number {
  if (booking === null) return 60_000;
  const { duration_ms, extension_ms, on_loss, max_extensions, started_at, ended_at } = booking;
  const told = session.timeline.filter(({ what }) => what === 'extended').length;
  // Where the clock may stand still, how long it was says nothing.
  const measured = started_at === undefined || ended_at === undefined || on_loss !== 'run' ? 0 : Math.round((ended_at - started_at - duration_ms) / Math.max(1, extension_ms));
  return duration_ms + Math.max(told, Math.min(measured, max_extensions), 0) * extension_ms;
}

/** A participant who was present reads that the no-show does not count against them. */
function missed(model: CallModel, end: SessionEnd, words: Words): { title: string; lead: string } {
  const name = peerName(model);
  const me = model.me !== null && end.absent.includes(model.me);
  if (!me) return { title: words.missedTitle(name), lead: words.missedLead(name) };
  return { title: words.missedByYouTitle, lead: end.absent.length > 1 ? words.missedByBothLead : words.missedByYouLead };
}
