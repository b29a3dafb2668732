import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SCENES, type Scene } from '../gallery/scenes.ts';
import { words } from '../src/i18n/index.ts';
import { exactTime } from '../src/time.ts';
import { renderedScene, textOf } from './rendered.ts';

vi.mock('../gallery/fake-camera.ts', () => ({ fakeCameraStream: () => null }));

beforeEach(() => {
  vi.stubGlobal('document', { visibilityState: 'visible' });
});
afterEach(() => vi.unstubAllGlobals());

const withModel = (scene: Scene, model: Partial<Scene['model']>): Scene => ({ ...scene, model: { ...scene.model, ...model } });

describe('a line that is not good', () => {
  test.each(['frozen', 'dropped-at-once', 'dropped'] as const)('[WEB-77] in the scene %s dims the picture, says so, and that time goes on until when', (name) => {
    const scene = SCENES[name]();
    const html = renderedScene(scene);
    const stage = scene.model.session.stage;
    if (stage.phase !== 'live') throw new Error('not live');
    expect(html).toContain('data-dimmed="true"');
    expect(textOf(html, 'dropped')).toContain(words.droppedTitle('Bo'));
    expect(textOf(html, 'dropped-clock')).toBe(words.droppedRuns(exactTime(stage.deadlineAt, 'en')));
  });

  test('[WEB-77] in a pause says at once what is left, and until when the session waits', () => {
    const scene = SCENES.paused();
    const { until } = scene.model.paused ?? {};
    const html = renderedScene(scene);
    expect(html).toContain('data-dimmed="true"');
    expect(textOf(html, 'dropped-clock')).toBe(words.pausedLead('0:34', exactTime(until ?? 0, 'en')));
    const here = renderedScene(withModel(scene, { peerLine: 'good' }));
    expect(textOf(here, 'dropped'), 'the other one is back, the clock is not').toContain(words.pausedTitle);
  });

  test('[WEB-77] a pause of which nothing is known yet shows no time that is not true', () => {
    const scene = SCENES.paused();
    const stage = { phase: 'paused', startedAt: 0, remainingMs: null, until: null } as const;
    const html = renderedScene(withModel(scene, { session: { ...scene.model.session, stage }, paused: { remaining_ms: null, until: null } }));
    expect(textOf(html, 'dropped-clock')).toBe(words.pausedUntold);
    expect(textOf(html, 'time-left')).toBe('–');
  });

  test('[WEB-77] a good line shows the picture as it is', () => {
    const html = renderedScene(SCENES.live());
    expect(html).toContain('data-dimmed="false"');
    expect(textOf(html, 'dropped')).toBeNull();
  });
});
