import { expect, test } from 'vitest';
import { joinAddress, pageAt } from '../src/page-path.ts';
import table from './page-paths.json';

test.each(table.paths)('[WEB-72] $path is the page $page, at the root and below a path', ({ path, page }) => {
  expect(pageAt(path, '/')).toBe(page);
  expect(pageAt(`/meet${path}`, '/meet/')).toBe(page);
});

test('[WEB-73] a join link has the path below which the app lies', () => {
  expect(joinAddress('/', 'a.b')).toBe('/join#a.b');
  expect(joinAddress('/meet/', 'a.b')).toBe('/meet/join#a.b');
});
