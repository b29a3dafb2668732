/** Everything that other people have typed, in every scene and every text: none of it may turn the direction of what is ours. */
import { parse, type AST } from 'svelte/compiler';
import { render } from 'svelte/server';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PERSON_SCENES } from '../gallery/person-scenes.ts';
import { SCENES } from '../gallery/scenes.ts';
import { LANGUAGES } from '../src/i18n/index.ts';
import { isolate } from '../src/text/isolate.ts';
import { renderedScene } from './rendered.ts';

vi.mock('../gallery/fake-camera.ts', () => ({ fakeCameraStream: () => null }));

beforeEach(() => {
  vi.stubGlobal('document', { visibilityState: 'visible' });
});
afterEach(() => vi.unstubAllGlobals());

/** A name and a message that turn what follows them, and end an isolation around them. */
const MARK = 'ZQZ';
const HOSTILE = `\u202e\u2069${MARK}\u2067`;

const SOURCES: Record<string, string> = import.meta.glob('../src/**/*.svelte', { query: '?raw', import: 'default', eager: true });

describe('text of other people is isolated', () => {
  test('[WEB-71] by a pair of characters that nothing in it can end', () => {
    expect(isolate(HOSTILE)).toBe(`\u2068${MARK}\u2069`);
    expect(isolate('')).toBe('');
  });

  test.each(Object.entries(LANGUAGES))('[WEB-71] in every text of %s that takes one', (_, words) => {
    const takers = functionsOf(words);
    expect(takers.length).toBeGreaterThan(30);
    for (const [key, text] of takers) {
      for (let at = 0; at < text.length; at += 1) {
        const parts = Array.from({ length: text.length }, (__, index) => (index === at ? HOSTILE : '1'));
        expect(loose(String(text(...parts))), key).toEqual([]);
      }
    }
  });

  test.each(Object.entries(SCENES))('[WEB-71] in the scene %s, in text and attributes', (_, scene) => {
    const html = renderedScene(withHostilePeople(scene()) as ReturnType<typeof scene>);
    expect(loose(html)).toEqual([]);
  });

  test.each(Object.entries(PERSON_SCENES))('[WEB-71] in the page %s of a person, in text and attributes', (_, scene) => {
    const { screen, props } = scene();
    const { user, matching, ...rest } = props;
    const people = { ...(user === undefined ? {} : { user }), ...(matching === undefined ? {} : { matching }) };
    const { head, body } = render(screen, { props: { ...rest, ...(withHostilePeople(people) as object) } });
    expect(loose(head + body.replace(/<input[^>]*>/g, ''))).toEqual([]);
  });

  test('[WEB-71] no template shows a name or a message by itself', () => {
    expect(Object.keys(SOURCES).length).toBeGreaterThan(25);
    const bare = Object.entries(SOURCES).flatMap(([file, source]) => bareExpressions(source).map((found) => `${file}: {${found}}`));
    expect(bare).toEqual([]);
  });

  test('[WEB-71] a template that does is found', () => {
    expect(bareExpressions('<p>{name}</p>')).toEqual(['name']);
    expect(bareExpressions('<p title={peer.name}>x</p>')).toEqual(['peer.name']);
    expect(bareExpressions('{#if a}<p>{#each b as line}{line.body}{/each}</p>{/if}')).toEqual(['line.body']);
    expect(bareExpressions('<p aria-label={`${name}!`}>{peerName(model)}</p>')).toEqual(['name', 'peerName']);
    expect(bareExpressions('<bdi>{name}</bdi><p dir="auto">{line.body}</p><i title={isolate(name)}>{words.hear(name)}</i><Panel {name} />')).toEqual([]);
    expect(loose(`<p>${HOSTILE}</p>`)).toHaveLength(1);
    expect(loose(`<p title="${HOSTILE}">x</p>`)).toHaveLength(1);
  });
});

function functionsOf(texts: object, path = ''): [string, (...parts: string[]) => unknown][] {
  return Object.entries(texts).flatMap(([key, text]) => {
    if (typeof text === 'function') return [[`${path}${key}`, text] as [string, (...parts: string[]) => unknown]];
    return typeof text === 'object' && text !== null ? functionsOf(text as object, `${path}${key}.`) : [];
  });
}

/** The same scene, in which every string that somebody chose is hostile. */
function withHostilePeople(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return ['name', 'body', 'label', 'with', 'draft', 'letter'].includes(key) ? HOSTILE : value;
  if (Array.isArray(value)) return value.map((one) => withHostilePeople(one));
  if (typeof value !== 'object' || value === null || value instanceof Set) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withHostilePeople(one, name)]));
}

const VOID = new Set(['br', 'img', 'input', 'link', 'meta', 'hr', 'path', 'circle', 'rect', 'line']);

/** Occurrences of the mark that are neither in an isolating element nor between isolating characters. */
function loose(html: string): string[] {
  const found: string[] = [];
  const open: { tag: string; isolates: boolean }[] = [];
  const check = (text: string): void => {
    const rest = text.replaceAll(new RegExp(`\u2068[^\u2066-\u2069]*\u2069`, 'g'), '');
    if (rest.includes(MARK)) found.push(text.trim().slice(0, 120));
  };
  for (const [token] of html.matchAll(/<!--[\s\S]*?-->|<\/?[a-z][^>]*>|[^<]+/gi)) {
    const [, end, tag] = /^<(\/?)([a-z][\w-]*)/i.exec(token) ?? [];
    if (tag === undefined) {
      if (!token.startsWith('<!--') && !open.some(({ isolates }) => isolates)) check(token);
    } else if (end === '/') {
      while (open.length > 0 && open.pop()?.tag !== tag);
    } else {
      check(token);
      if (!VOID.has(tag) && !token.endsWith('/>')) open.push({ tag, isolates: tag === 'bdi' || /\sdir="auto"/.test(token) });
    }
  }
  return found;
}

const PERSONAL = new Set(['name', 'body', 'with', 'draft', 'letter', 'peerName', 'device.label']);

/** Names and messages in a component's text and in the attributes of its elements, outside of what isolates them. */
function bareExpressions(source: string): string[] {
  const found: string[] = [];
  walk(parse(source, { modern: true }).fragment, false);
  return found;

  function walk(node: unknown, isolated: boolean): void {
    if (Array.isArray(node)) return node.forEach((one) => walk(one, isolated));
    if (typeof node !== 'object' || node === null) return;
    const one = node as AST.Fragment | AST.ElementLike | AST.ExpressionTag | AST.Component;
    switch (one.type) {
      case 'ExpressionTag':
        if (!isolated) found.push(...personal(one.expression));
        return;
      case 'Component':
        // What is handed on is judged where it is shown.
        return walk(one.fragment, isolated);
      case 'RegularElement': {
        const auto = one.attributes.some((attribute) => attribute.type === 'Attribute' && attribute.name === 'dir');
        for (const attribute of one.attributes) {
          if (attribute.type === 'Attribute' && !attribute.name.startsWith('on')) walk(attribute.value, false);
        }
        return walk(one.fragment, isolated || one.name === 'bdi' || auto);
      }
      default:
        for (const [key, child] of Object.entries(one)) if (!['expression', 'test', 'context', 'key', 'metadata'].includes(key)) walk(child, isolated);
    }
  }
}

/** Identifiers and members of an expression that are somebody's text; the arguments of calls are isolated by `words` and `isolate`. */
function personal(expression: unknown): string[] {
  if (typeof expression !== 'object' || expression === null) return [];
  const node = expression as Record<string, unknown> & { type: string };
  switch (node.type) {
    case 'Identifier':
      return PERSONAL.has(String(node['name'])) ? [String(node['name'])] : [];
    case 'MemberExpression': {
      const property = String((node['property'] as { name?: string }).name);
      const object = String((node['object'] as { name?: string }).name);
      return PERSONAL.has(property) || PERSONAL.has(`${object}.${property}`) ? [`${object}.${property}`] : [];
    }
    case 'CallExpression':
      return personal(node['callee']);
    case 'TemplateLiteral':
      return (node['expressions'] as unknown[]).flatMap((one) => personal(one));
    case 'ConditionalExpression':
      return [...personal(node['consequent']), ...personal(node['alternate'])];
    case 'BinaryExpression':
    case 'LogicalExpression':
      return [...personal(node['left']), ...personal(node['right'])];
    default:
      return [];
  }
}
