import { expect, test } from 'vitest';
import { joinAddress, pageAt, sessionOfPath } from '../src/page-path.ts';
import table from './page-paths.json';

test.each(table.paths)('[WEB-72] $path is the page $page, at the root and below a path', ({ path, page }) => {
  expect(pageAt(path, '/', true)).toBe(page);
  expect(pageAt(`/meet${path}`, '/meet/', true)).toBe(page);
});

test.each(table.paths)('[WEB-85] $path without accounts', ({ path, page }) => {
  const isOfAll = ['home', 'join', 'embed', 'none'].includes(page);
  expect(pageAt(path, '/', false)).toBe(isOfAll ? page : 'none');
});

test('[WEB-73] a join link has the path below which the app lies', () => {
  expect(joinAddress('/', 'a.b')).toBe('/join#a.b');
  expect(joinAddress('/meet/', 'a.b')).toBe('/meet/join#a.b');
});

test.each([
  ['/session/0190b2c4-aaaa', '0190b2c4-aaaa'],
  ['/session/0190b2c4-aaaa/', '0190b2c4-aaaa'],
  ['/Session/0190b2c4-aaaa).', '0190b2c4-aaaa'],
  ['/session/', null],
  ['/session', null],
])('[WEB-92] the session of %s is %s', (path, id) => {
  expect(sessionOfPath(path, '/')).toBe(id);
  expect(sessionOfPath(`/meet${path}`, '/meet/')).toBe(id);
});
