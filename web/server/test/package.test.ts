/** What `npm pack` makes, in a fresh folder: its types, and the example of its README as it stands there. */
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { apiKey, client, serve, SOON_MS, stopped, url } from './product.ts';

const run = promisify(execFile);
const PACKAGE = join(import.meta.dirname, '..');
const TYPES = join(PACKAGE, '..', 'node_modules', '@types');
const UNDICI = join(PACKAGE, '..', 'node_modules', 'undici-types');

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rendezvous-server-'));
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: PACKAGE });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  const home = join(folder, 'node_modules', '@rendezvous', 'server');
  await mkdir(home, { recursive: true });
  await run('tar', ['-xzf', join(folder, filename), '-C', home, '--strip-components=1']);
  await symlink(TYPES, join(folder, 'node_modules', '@types'));
  await symlink(UNDICI, join(folder, 'node_modules', 'undici-types'));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'shop', private: true, type: 'module' }));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** The first block of that language in the README. */
async function example(language: string): Promise<string> {
  const page = await readFile(join(PACKAGE, 'README.md'), 'utf8');
  const block = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'ms').exec(page);
  if (!block) throw new Error(`the README has no ${language}`);
  return block[1]!;
}

test.each(['node16', 'bundler'])('[SDK-10] what is packed type-checks strictly under %s', async (resolution) => {
  await writeFile(join(folder, 'use.ts'), `${await example('js')}\nconst wrong: number = await rendezvous.sessions.get('s');\n`);
  const compilerOptions = {
    strict: true, noEmit: true, skipLibCheck: false, target: 'ES2022', lib: ['ES2023'], types: ['node'],
    module: resolution === 'node16' ? 'node16' : 'esnext', moduleResolution: resolution,
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }));
  const tsc = join(PACKAGE, '..', 'node_modules', '.bin', 'tsc');
  const said = await run(tsc, ['-p', folder]).then(
    () => 'no error',
    (error: { stdout: string }) => error.stdout,
  );
  const errors = said.split('\n').filter((line) => line.includes('error TS'));
  expect(errors, said).toEqual([expect.stringContaining("is not assignable to type 'number'")]);
});

test('[SDK-10] the example of the README runs as it stands there', async () => {
  const rendezvous = client();
  const { url: place, server } = await serve(() => undefined);
  const port = new URL(place).port;
  await stopped(server);
  const webhook = await rendezvous.webhooks.create({ url: `http://127.0.0.1:${port}/webhooks`, events: ['session.scheduled', 'session.cancelled'] });
  await writeFile(join(folder, 'example.mjs'), await example('js'));
  const shop = spawn(process.execPath, ['example.mjs'], {
    cwd: folder,
    env: { ...process.env, RENDEZVOUS_URL: url, RENDEZVOUS_API_KEY: apiKey, RENDEZVOUS_WEBHOOK_SECRET: webhook.secret!, PORT: port },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [shop.stdout, shop.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const says = (what: RegExp) => vi.waitFor(() => expect(said).toMatch(what), { timeout: SOON_MS });
  const gone = new Promise<void>((done) => shop.once('exit', () => done()));
  try {
    // The webhook may come before the answer to the booking.
    for (const line of [/^Ann: http.*\/join#/m, /^Bo: http.*\/join#/m, /was booked for \d+$/m]) await says(line);
    const forged = await fetch(`http://127.0.0.1:${port}/webhooks`, { method: 'POST', body: '{}' });
    expect(forged.status).toBe(400);
    await says(/missing_header/);
  } finally {
    shop.kill();
    await gone;
    await rendezvous.webhooks.delete(webhook.id);
  }
});
