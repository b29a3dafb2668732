/** The page's side of a session in a frame: where the frame goes, what is taken from it, and what it is asked for. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { embedSession, type EmbeddedSession } from '../src/embed/index.ts';
import { readEvent } from '../src/embed/messages.ts';

const WEB = 'https://meet.example';
const JOIN_URL = `${WEB}/join#to.ken`;

class FrameOfTest {
  readonly localName = 'iframe';
  readonly contentWindow = { postMessage: vi.fn() };
  readonly style: Record<string, string> = {};
  allow = '';
  title = '';
  referrerPolicy = '';
  src = '';
  remove = vi.fn();
}

let page: EventTarget;
let frame: FrameOfTest;
let into: Element;
let added: unknown[];

function says(data: unknown, from: { source?: unknown; origin?: string } = {}): void {
  page.dispatchEvent(Object.assign(new Event('message'), { source: frame.contentWindow, origin: WEB, ...from, data }));
}

const open = (options: Partial<Parameters<typeof embedSession>[0]> = {}): EmbeddedSession => embedSession({ joinUrl: JOIN_URL, application: 'shop', into, ...options });
const asked = (): unknown[] => frame.contentWindow.postMessage.mock.calls;

beforeEach(() => {
  vi.useFakeTimers();
  page = new EventTarget();
  frame = new FrameOfTest();
  added = [];
  into = { localName: 'main', ownerDocument: { createElement: () => frame }, append: (one: unknown) => added.push(one) } as unknown as Element;
  vi.stubGlobal('window', page);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('a session in a frame', () => {
  test('[WEB-138] is put into an element, allowed what it needs, at the page for embedding of that application', () => {
    open();
    expect(added).toEqual([frame]);
    expect(frame).toMatchObject({ src: `${WEB}/embed/shop#to.ken`, allow: 'camera; microphone; display-capture; autoplay', referrerPolicy: 'origin', title: 'Session' });
    expect(frame.style).toMatchObject({ inlineSize: '100%', blockSize: '40rem' });
    Object.assign(into, { clientHeight: 360 });
    open();
    expect(frame.style, 'no higher than what it is in').toMatchObject({ blockSize: '100%' });
  });

  test('[WEB-138] takes a frame of the page as it stands, and what the page has said itself counts', () => {
    Object.assign(frame, { title: 'With Bo', allow: 'fullscreen; camera https://meet.example' });
    const session = open({ into: frame as unknown as Element });
    expect(session.frame).toBe(frame);
    expect(frame).toMatchObject({ title: 'With Bo', allow: 'fullscreen; camera https://meet.example; microphone; display-capture; autoplay' });
    expect(added).toEqual([]);
    session.destroy();
    expect(frame.src).toBe('about:blank');
    expect(frame.remove).not.toHaveBeenCalled();
  });

  test('[WEB-138] is found below a path, and an id is one segment of it', () => {
    open({ joinUrl: 'https://shop.example/meet/join#to.ken', application: 'a/b c' });
    expect(frame.src).toBe('https://shop.example/meet/embed/a%2Fb%20c#to.ken');
  });

  test.each([
    ['', 'shop', 'bad_join_url'],
    ['/join#to.ken', 'shop', 'bad_join_url'],
    [`${WEB}/join`, 'shop', 'bad_join_url'],
    [`${WEB}/joint#to.ken`, 'shop', 'bad_join_url'],
    ['javascript:0/join#to.ken', 'shop', 'bad_join_url'],
    [JOIN_URL, '', 'bad_application'],
  ])('[WEB-138] %j of %j is %s, which has nothing of the token', (joinUrl, application, code) => {
    expect(() => open({ joinUrl, application })).toThrow(expect.objectContaining({ name: 'EmbedError', code, message: expect.not.stringContaining('to.ken') as string }));
    expect(frame.src).toBe('');
  });

  test('[WEB-139] tells the events that its frame posts from its origin, and nothing else', () => {
    const session = open();
    const told: unknown[] = [];
    for (const type of ['ready', 'live', 'ended', 'error'] as const) session.on(type, (event) => told.push([type, event]));
    const live = { source: 'rendezvous', type: 'live', startedAt: 1, deadlineAt: 2 };
    says(live, { origin: 'https://other.example' });
    says(live, { source: { postMessage: vi.fn() } });
    expect(readEvent({ ...live, type: 'sung' })).toBeNull();
    for (const data of [null, 'live', { type: 'live' }, { ...live, source: 'other' }, { ...live, type: 'sung' }, { ...live, type: 'constructor' }, []]) says(data);
    expect(told).toEqual([]);
    says(live);
    says({ source: 'rendezvous', type: 'error', code: 'unknown', final: true });
    expect(told).toEqual([
      ['live', { startedAt: 1, deadlineAt: 2 }],
      ['error', { code: 'unknown', final: true }],
    ]);
  });

  test('[WEB-139] a frame that is not in the page posts nothing, wherever a message without a source comes from', () => {
    const session = open();
    Object.assign(frame, { contentWindow: null });
    const told = vi.fn();
    session.on('live', told);
    says({ source: 'rendezvous', type: 'live' }, { source: null });
    expect(told).not.toHaveBeenCalled();
    session.setMuted(true);
  });

  test('[WEB-140] asks its origin alone, and keeps what is on or off until the session is there', () => {
    const session = open();
    session.setMuted(true);
    session.setMuted(false);
    session.setCameraOff(true);
    expect([session.extend(), session.leave(), session.comeBack()]).toEqual([false, false, false]);
    expect(asked()).toEqual([]);
    says({ source: 'rendezvous', type: 'ready', phase: 'lobby', opensAt: null });
    const kept = [{ target: 'rendezvous', type: 'mute', muted: false }, { target: 'rendezvous', type: 'camera', off: true }].map((one) => [one, WEB]);
    expect(asked()).toEqual(kept);
    says({ source: 'rendezvous', type: 'ready', phase: 'lobby', opensAt: null });
    expect(asked(), 'once').toEqual(kept);
    frame.contentWindow.postMessage.mockReset();
    session.setMuted(true);
    expect([session.extend(), session.leave(), session.comeBack()]).toEqual([true, true, true]);
    expect(asked()).toEqual([{ type: 'mute', muted: true }, { type: 'extend' }, { type: 'leave' }, { type: 'come_back' }].map((one) => [{ target: 'rendezvous', ...one }, WEB]));
  });

  test('[WEB-140] that was destroyed tells and asks nothing more', () => {
    const session = open();
    const told = vi.fn();
    session.on('live', told);
    session.on('error', told);
    says({ source: 'rendezvous', type: 'ready', phase: 'lobby', opensAt: null });
    const unheard = open();
    unheard.on('error', told);
    unheard.destroy();
    frame.remove.mockReset();
    session.destroy();
    session.destroy();
    expect(frame.remove).toHaveBeenCalledOnce();
    says({ source: 'rendezvous', type: 'live' });
    session.setMuted(true);
    expect(session.leave()).toBe(false);
    vi.advanceTimersByTime(60_000);
    expect(told).not.toHaveBeenCalled();
    expect(asked()).toEqual([]);
  });

  test('[WEB-141] of which nothing is heard says so once, and goes on; one that was heard says nothing', () => {
    const silent = open();
    const told = vi.fn();
    silent.on('error', told);
    vi.advanceTimersByTime(60_000);
    expect(told).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'unreachable', final: false, message: expect.stringContaining('allowed_embedders') as string }));
    const heard = open();
    heard.on('error', told);
    says({ source: 'rendezvous', type: 'error', code: 'unknown', final: true });
    told.mockReset();
    vi.advanceTimersByTime(60_000);
    expect(told).not.toHaveBeenCalled();
  });
});
