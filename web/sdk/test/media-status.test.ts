import { expect, test } from 'vitest';
import { mediaStatusPayload, parseMediaStatus } from '../src/session/media-status.ts';

test('[WEB-35] what a client of another make isSubmitKey as data is not believed', () => {
  expect(parseMediaStatus(mediaStatusPayload({ audio: true, video: true }, { audio: 'on', video: 'missing' }))).toEqual({ audio: true, video: false });
  for (const strange of [null, 1, 'media', {}, { media: null }, { media: { audio: 1, video: true } }, []]) expect(parseMediaStatus(strange)).toBeNull();
});
