/** The browser of the tests and its command line. */
import { existsSync } from 'node:fs';

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export function chromiumPath(): string {
  const named = process.env['RENDEZVOUS_CHROMIUM'];
  const found = named ?? CANDIDATES.find((path) => existsSync(path));
  if (!found) throw new Error('No Chromium: run `make test`, which installs it, or set RENDEZVOUS_CHROMIUM.');
  return found;
}

/** Fake devices without prompts, host candidates on loopback, no background traffic of the browser. */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--allow-loopback-in-peer-connection',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
