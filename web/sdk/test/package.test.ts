/** The package as somebody else gets it: packed, installed in a folder outside of the workspace, type-checked and run there. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const PACKAGE = new URL('..', import.meta.url).pathname;
const TSC = new URL('../../node_modules/typescript/bin/tsc', import.meta.url).pathname;

/** What the core may cost a page that has nothing else of it, compressed (bytes). */
const CORE_LIMIT_BYTES = 12 * 1024;

/** What the helper for frames may cost a page that has nothing else of it, compressed (bytes). */
const EMBED_LIMIT_BYTES = 2 * 1024;

/** Building, packing and installing take so long on a busy machine (ms). */
const LIMIT_MS = 120_000;

const CONSUMER = `
import { createSession, type SessionSnapshot, type Ticket } from '@rendezvous/client';
import { createChat } from '@rendezvous/client/chat';
import { embedSession, type EmbeddedSession } from '@rendezvous/client/embed';
import { livekit } from '@rendezvous/client/media/livekit';
import { openvidu } from '@rendezvous/client/media/openvidu';

const ticket = async (): Promise<Ticket> => ({ ticket: 't', url: 'ws://localhost/v1/signal', expires_at: 0 });

export function open(): () => SessionSnapshot {
  const session = createSession({ ticket, media: [livekit, openvidu], chat: createChat({ ticket }) });
  session.on('countdown', ({ liveAt }) => console.log(liveAt - session.now()));
  session.on('error', ({ code, final }) => console.log(code, final));
  session.subscribe(() => console.log(session.getSnapshot().phase));
  // @ts-expect-error: there is no such event
  session.on('nothing', () => undefined);
  return session.getSnapshot;
}
export function embed(into: Element): EmbeddedSession {
  const embedded = embedSession({ joinUrl: 'https://meet.example/join#token', application: 'shop', into });
  embedded.on('ended', ({ reason, endedAt }) => console.log(reason satisfies string, endedAt satisfies number | null));
  // @ts-expect-error: a frame has no tickets
  embedSession({ ticket, into });
  return embedded;
}
console.log(typeof open, livekit.kind, openvidu.kind);
`;

let folder = '';

function run(command: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: 'pipe', timeout: LIMIT_MS });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')}\n${stdout ?? ''}${stderr ?? String(error)}`);
  }
}

/** What a page loads that imports that entry and nothing else. */
async function compressedBytes(entry: string): Promise<number> {
  const output = (await build({
    configFile: false,
    logLevel: 'silent',
    root: folder,
    build: { write: false, target: 'es2022', modulePreload: { polyfill: false }, rolldownOptions: { input: join(PACKAGE, `dist/${entry}.js`), preserveEntrySignatures: 'strict' } },
  })) as Rolldown.RolldownOutput;
  const chunks = output.output.filter((one) => one.type === 'chunk');
  expect(chunks.flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports]), 'nothing is fetched later').toEqual([]);
  return chunks.reduce((sum, { code }) => sum + gzipSync(code).length, 0);
}

/** With the package from its tarball, in a folder that knows nothing of the workspace. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rendezvous-consumer-'));
  run('npm', ['run', 'build', '--silent'], PACKAGE);
  const packed = run('npm', ['pack', '--silent', '--pack-destination', folder], PACKAGE).trim().split('\n').at(-1)!;
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  run('npm', ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--silent', `./${packed}`], folder);
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'src/main.ts'), CONSUMER);
}, LIMIT_MS);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  test('[WEB-120] installs without a media server’s library, and brings nothing else', () => {
    expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['@rendezvous']);
    expect(readdirSync(join(folder, 'node_modules/@rendezvous'))).toEqual(['client']);
  });

  test.concurrent.each(['node16', 'bundler'])('[WEB-120] type-checks under strict with its own declarations, by the rules of %s', async (resolution) => {
    const module = resolution === 'node16' ? 'node16' : 'esnext';
    const args = ['--strict', '--skipLibCheck', 'false', '--moduleResolution', resolution, '--module', module, '--target', 'es2022', '--lib', 'es2023,dom,dom.iterable', '--outDir', resolution, 'src/main.ts'];
    const checked = await promisify(execFile)(process.execPath, [TSC, ...args], { cwd: folder }).catch((error: { stdout: string }) => error);
    expect(checked.stdout).toBe('');
  }, LIMIT_MS);

  test('[WEB-121] is imported in Node, which has no DOM, and is loaded without a media server’s library', () => {
    const entries = ['', '/chat', '/embed', '/elements', '/elements/script', '/scheduler', '/media/livekit', '/media/openvidu'].map((entry) => `await import('@rendezvous/client${entry}');`);
    writeFileSync(join(folder, 'imports.js'), `${entries.join('\n')}\nconsole.log(typeof document);`);
    expect(run(process.execPath, ['imports.js'], folder).trim()).toBe('undefined');
    expect(run(process.execPath, ['node16/main.js'], folder).trim()).toBe('function livekit openvidu');
  });

  test('[WEB-122] costs a page at most 12 KB, compressed, for a session without chat and media servers', async () => {
    expect(await compressedBytes('index')).toBeLessThanOrEqual(CORE_LIMIT_BYTES);
  }, LIMIT_MS);

  test('[WEB-142] costs a page at most 2 KB, compressed, for a session in a frame', async () => {
    expect(await compressedBytes('embed/index')).toBeLessThanOrEqual(EMBED_LIMIT_BYTES);
  }, LIMIT_MS);

  test('[WEB-120] names no file that it does not have', () => {
    const { exports } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as { exports: Record<string, Record<string, string>> };
    const installed = join(folder, 'node_modules/@rendezvous/client');
    const files = new Set(readdirSync(installed, { recursive: true, encoding: 'utf8' }).map((file) => `./${file}`));
    for (const targets of Object.values(exports)) for (const target of Object.values(targets)) expect(files).toContain(target);
  });
});
