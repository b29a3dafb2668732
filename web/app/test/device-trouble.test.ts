/** A microphone or camera that dies in the call. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SCENES } from '../gallery/scenes.ts';
import { words } from '../src/i18n/index.ts';
import { troubleWith, type Trouble } from '../src/session/device-trouble.ts';
import type { Devices } from '../src/session/model.ts';
import { renderedScene, textOf } from './rendered.ts';

vi.mock('../gallery/fake-camera.ts', () => ({ fakeCameraStream: () => null }));

const NONE: Trouble = { audio: 'none', video: 'none' };

describe('[WEB-158] a device', () => {
  const after = (trouble: Trouble, ...states: readonly Devices[]) => states.reduce(troubleWith, trouble);

  test('that dies in the call is told of until it is back, whatever is tried in between', () => {
    const dead = after(NONE, { audio: 'unplugged', video: 'on' });
    expect(dead).toEqual({ audio: 'shown', video: 'none' });
    expect(after(dead, { audio: 'busy', video: 'on' }, { audio: 'missing', video: 'on' })).toEqual(dead);
    expect(after(dead, { audio: 'on', video: 'on' })).toEqual(NONE);
  });

  test('that was never there is not told of again, nor one whose death was read', () => {
    expect(after(NONE, { audio: 'refused', video: 'missing' })).toEqual(NONE);
    const read: Trouble = { audio: 'none', video: 'dismissed' };
    expect(after(read, { audio: 'on', video: 'unplugged' })).toEqual(read);
    expect(after(read, { audio: 'on', video: 'on' }, { audio: 'on', video: 'unplugged' }).video, 'another death').toBe('shown');
  });
});

describe('[WEB-159] the other one reads', () => {
  beforeEach(() => vi.stubGlobal('document', { visibilityState: 'visible' }));
  afterEach(() => vi.unstubAllGlobals());

  test('that there is no microphone and no camera, where there is none', () => {
    const html = renderedScene(SCENES['live-peer-died']());
    expect([textOf(html, 'notice'), textOf(html, 'peer-camera-off')]).toEqual([words.peerNoMicrophone('Bo'), words.peerNoCamera('Bo')]);
  });

  test('that they are off, where they are', () => {
    const html = renderedScene(SCENES['live-muted']());
    expect([textOf(html, 'notice'), textOf(html, 'peer-camera-off')]).toEqual([words.peerMuted('Bo'), words.peerCameraOff('Bo')]);
  });
});
