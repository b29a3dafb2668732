/** The time zones to choose from. Pure. */

/** Every zone that the browser knows, and those of `also` in any case, since browsers leave out aliases that servers know. */
export function timeZones(also: readonly string[], known: readonly string[] = Intl.supportedValuesOf('timeZone')): readonly string[] {
  return [...new Set(['UTC', ...known, ...also])].sort();
}

export function ownTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
