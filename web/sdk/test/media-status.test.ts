import { expect, test } from 'vitest';
import { mediaStatusPayload, parseMediaStatus } from '../src/session/media-status.ts';

test('[WEB-35] what a client of another make isSubmitKey as data is not believed', () => {
  expect(parseMediaStatus(mediaStatusPayload({ audio: true, video: true }, { audio: 'on', video: 'missing' }))).toEqual({ audio: true, video: false, missing: ['video'] });
  expect(parseMediaStatus({ media: { audio: true, video: true, missing: ['video', 'smell', 7] } })?.missing).toEqual(['video']);
  expect(parseMediaStatus({ media: { audio: true, video: true, missing: 'all' } })?.missing, 'nor what is no list').toEqual([]);
  for (const strange of [null, 1, 'media', {}, { media: null }, { media: { audio: 1, video: true } }, []]) expect(parseMediaStatus(strange)).toBeNull();
});

test('[WEB-153] what is wished for and not there is told as missing, and what is switched off is not', () => {
  const told = (audio: boolean, state: 'on' | 'unplugged') => parseMediaStatus(mediaStatusPayload({ audio, video: true }, { audio: state, video: 'on' }));
  expect(told(true, 'unplugged')).toEqual({ audio: false, video: true, missing: ['audio'] });
  expect(told(false, 'unplugged')).toEqual({ audio: false, video: true, missing: [] });
  expect(told(false, 'on')).toEqual({ audio: false, video: true, missing: [] });
  expect(parseMediaStatus({ media: { audio: false, video: true } }), 'an earlier page says less').toEqual({ audio: false, video: true, missing: [] });
});
