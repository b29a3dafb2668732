import type { Notification } from '@rendezvous/client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SCENES } from '../gallery/scenes.ts';
import { words } from '../src/i18n/index.ts';
import { reminderWords } from '../src/session/reminder-words.ts';
import type { Screen } from '../src/session/screen.ts';
import { renderedScene } from './rendered.ts';

vi.mock('../gallery/fake-camera.ts', () => ({ fakeCameraStream: () => null }));

beforeEach(() => {
  vi.stubGlobal('document', { visibilityState: 'visible' });
});
afterEach(() => vi.unstubAllGlobals());

const START = 1_700_000_300_000;
const REMINDER: Notification = { id: 'n', kind: 'session_reminder', created_at: 0, session_id: 's', starts_at: START, with: 'Bo' };

function said(notification: Partial<Notification>, screen: Screen['screen'], now = START - 60_000): string | null {
  return reminderWords({ ...REMINDER, ...notification }, { screen, sessionId: 's', peer: 'Bo', startsAt: START, now }, words, 'en');
}

describe('a reminder', () => {
  test.each(['session_reminder', 'session_opened', 'session_rescheduled'] as const)('[WEB-76] %s is never shown inside the room that it is about', (kind) => {
    for (const screen of ['loading', 'early', 'left'] as const) expect(said({ kind }, screen), screen).toContain(kind === 'session_rescheduled' ? ':' : 'Bo');
    for (const screen of ['lobby', 'call', 'ended', 'closed'] as const) expect(said({ kind }, screen), screen).toBeNull();
    expect(said({ kind, session_id: undefined }, 'lobby'), 'of no session in particular').toBeNull();
  });

  test('[WEB-76] is not shown once its moment is past, and what is unknown never', () => {
    expect(said({}, 'early', START - 1)).not.toBeNull();
    expect(said({}, 'early', START)).toBeNull();
    expect(said({ kind: 'of_next_year' as Notification['kind'] }, 'early')).toBeNull();
  });

  test('[WEB-76] is part of the page, after its header and the unread badge, and can be closed', () => {
    const html = renderedScene(SCENES['early-reminder']());
    const [badge, reminder, main] = ['data-testid="unread"', 'data-testid="reminder"', '<main'].map((part) => html.indexOf(part));
    expect(badge).toBeGreaterThan(0);
    expect(reminder).toBeGreaterThan(badge ?? 0);
    expect(main).toBeGreaterThan(reminder ?? 0);
    expect(html).toContain('data-testid="reminder-close"');
    expect(renderedScene(SCENES['waiting-reminder']())).not.toContain('data-testid="reminder"');
  });
});
