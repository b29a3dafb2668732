/** Formats times and durations. Pure: no clock is read here. */

/** `2:41`, `0:05`, `1:02:03`. Rounded up, so that it reaches zero when the time is over, not a second before. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  const parts = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60), seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

/** A date that is further away has its year (ms): half a year. */
const YEAR_NAMED_MS = 183 * 86_400_000;

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** `1 minute 20 seconds`, `2 hours`: as people say it, to the second and in the two largest units. */
export function spokenSpan(ms: number, locale: string): string {
  let seconds = Math.round(Math.max(0, ms) / 1_000);
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(seconds / size);
    seconds -= count * size;
    if (count > 0 || (unit === 'second' && parts.length === 0)) parts.push(new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(count));
  }
  return parts.slice(0, 2).join(' ');
}

/** The seconds shown in a countdown of `wholeMs`, from its start value down to 1. */
export function countdownNumber(ms: number, wholeMs: number): number {
  return Math.max(1, Math.min(Math.ceil(wholeMs / 1_000), Math.ceil(ms / 1_000)));
}

/** `13:56:12`, or `1:56:12 PM` where people say so, in the local time zone. */
export function exactTime(at: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { timeStyle: 'medium' }).format(at);
}

/** `13:56` or `1:56 PM`, in the local time zone. */
export function minuteTime(at: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { timeStyle: 'short' }).format(at);
}

/** `Today`, `Yesterday`, else the date. */
export function dayName(at: number, now: number, locale: string): string {
  const days = Math.round((midnight(at) - midnight(now)) / 86_400_000);
  if (days === 0 || days === -1) {
    return daysAway(days, locale);
  }
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', weekday: 'short' }).format(at);
}

/** `13:56`, with the date unless it is today, and with the year unless it is near. */
export function dateTime(at: number, now: number, locale: string): string {
  if (midnight(at) === midnight(now)) return minuteTime(at, locale);
  const year: Intl.DateTimeFormatOptions = Math.abs(at - now) > YEAR_NAMED_MS ? { year: 'numeric' } : {};
  return new Intl.DateTimeFormat(locale, { ...year, day: 'numeric', month: 'long', hour: hourDigits(locale), minute: '2-digit' }).format(at);
}

/** `In 59 days`. */
export function daysUntil(at: number, now: number, locale: string): string {
  return daysAway(Math.round((midnight(at) - midnight(now)) / 86_400_000), locale);
}

/** `Korean Standard Time`: in which the times of this page are. */
export function zoneName(at: number, locale: string): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZoneName: 'long' }).formatToParts(at);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

/** `January 16, 2027`. */
export function longDate(at: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long' }).format(at);
}

export function sameDay(a: number, b: number): boolean {
  return midnight(a) === midnight(b);
}

/** Two where a day has 24 hours, as `timeStyle` writes them. */
function hourDigits(locale: string): '2-digit' | 'numeric' {
  return new Intl.DateTimeFormat(locale, { hour: 'numeric' }).resolvedOptions().hour12 ? 'numeric' : '2-digit';
}

function daysAway(days: number, locale: string): string {
  const name = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(days, 'day');
  return name.charAt(0).toLocaleUpperCase(locale) + name.slice(1);
}

function midnight(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}
