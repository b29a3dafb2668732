/** The reference that `npm run docs` writes: whether everything that the packages export can be looked up there. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

const WEB = new URL('../..', import.meta.url).pathname;
const TYPEDOC = join(WEB, 'node_modules/typedoc/bin/typedoc');

/** Several times what one package takes on a busy machine (ms). */
const LIMIT_MS = 120_000;

const folders: string[] = [];

afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

/** What it has to say of a package, without writing pages: nothing is good. */
async function complaints(folder: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [TYPEDOC, '--emit', 'none', '--pretty', 'false'], { cwd: folder, env: { ...process.env, NO_COLOR: '1' } }).catch(
    (error: { stdout: string; stderr: string }) => error,
  );
  return stdout + stderr;
}

/** A package with that source, under the rules of ours. */
async function packageOf(source: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rendezvous-reference-'));
  folders.push(folder);
  await Promise.all([
    writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'fixture', version: '0.0.0' })),
    writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { types: [], lib: ['ES2023'], module: 'esnext', moduleResolution: 'bundler' }, files: ['index.ts'] })),
    writeFile(join(folder, 'typedoc.json'), JSON.stringify({ extends: [join(WEB, 'typedoc.base.json')], entryPoints: ['index.ts'] })),
    writeFile(join(folder, 'index.ts'), source),
  ]);
  return folder;
}

test.concurrent.each(['sdk', 'server'])('[WEB-137] web/%s says what each thing is that it exports, and its links lead somewhere', async (name) => {
  expect(await complaints(join(WEB, name))).toBe('');
}, LIMIT_MS);

test.concurrent('[WEB-137] what is not said, not exported or not there is found', async () => {
  const said = await complaints(
    await packageOf(`
      /** A package of this test. @module fixture */
      interface Hidden { readonly a: number }
      /** Leads to {@link Nowhere}. */
      export const one: Hidden = { a: 1 };
      export function two(): void {}
      /** A class with a method. */
      export class Three { four(): void {} }
    `),
  );
  for (const complaint of [/Hidden.* referenced by one/, /resolve link to .*Nowhere.* in comment for one/, /two \(CallSignature\)/, /Three\.four \(CallSignature\)/]) expect(said).toMatch(complaint);
  expect(await complaints(await packageOf('/** Has a @strange tag. @module fixture */\nexport type Five = string;'))).toContain('@strange');
}, LIMIT_MS);
