/** What a page is called among the devices of its person: the same over a reload. */
import type { KeptValues } from '../storage.ts';

export function deviceIdOf(storage: KeptValues): string {
  const known = storage.get<string>('device');
  if (known !== null) return known;
  const fresh = crypto.randomUUID();
  storage.set('device', fresh);
  return fresh;
}
