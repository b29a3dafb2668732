/** Whether a request is a webhook of ours: the signatures of Standard Webhooks 1.0. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { RendezvousError } from './error.ts';
import type { WebhookEvent } from './types.ts';

/** How far the time of a request may be from now: an old one that is sent again is refused. */
const TOLERANCE_S = 300;
const SECRET_PREFIX = 'whsec_';
const VERSION = 'v1';
/** Signatures of one request that are looked at: there are two while a secret is rotated. */
const MAX_SIGNATURES = 10;

/** As Node's `request.headers`, or those of a `Request` of `fetch`. */
export type WebhookHeaders = Readonly<Record<string, string | readonly string[] | undefined>> | GettableHeaders;

/** What `verifyWebhook` needs of the `Headers` of `fetch`. */
export interface GettableHeaders {
  /** The header of that name in whatever case; null where there is none. */
  get(name: string): string | null;
}

/** How a request is judged; the defaults are what Standard Webhooks recommend. */
export interface VerifyOptions {
  /** How far the request's time may be from now, in seconds (300). */
  toleranceS?: number;
  /** The time, in Unix milliseconds. */
  now?: number;
}

/**
 * The event in a request, once one of the secrets has signed it.
 *
 * `body` is what came, byte for byte, before anything has parsed it. Give both secrets while one is rotated.
 *
 * @throws {RendezvousError} whose `code` is `missing_header`, `bad_timestamp`, `too_old`, `too_new`, `bad_signature` or `malformed`.
 */
export function verifyWebhook(
  body: string | Uint8Array,
  headers: WebhookHeaders,
  secrets: string | readonly string[],
  { toleranceS = TOLERANCE_S, now = Date.now() }: VerifyOptions = {},
): WebhookEvent {
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) {
    throw new TypeError('The body has to be the text or the bytes that came, and not what was parsed from it.');
  }
  const keys = (typeof secrets === 'string' ? [secrets] : secrets).map(keyOf);
  if (keys.length === 0) throw new TypeError('There is no secret to verify by.');
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => header(headers, name));
  checkTime(timestamp!, toleranceS, now);
  const due = keys.map((key) => createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest());
  if (!isSigned(signatures!, due)) throw refused('bad_signature', 'No secret has signed this.');
  return eventIn(body);
}

function keyOf(secret: string): Buffer {
  const key = Buffer.from(secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : secret, 'base64');
  // An empty key signs for everybody.
  if (key.length === 0) throw new TypeError(`A secret begins with ${SECRET_PREFIX}, and base64 follows.`);
  return key;
}

function header(headers: WebhookHeaders, name: string): string {
  const found = typeof headers.get === 'function' ? headers.get(name) : valueOf(headers as Record<string, unknown>, name);
  if (typeof found !== 'string' || found === '') throw refused('missing_header', `The header ${name} is missing.`);
  return found;
}

/** Names of headers have no case. */
function valueOf(headers: Record<string, unknown>, name: string): unknown {
  const key = Object.keys(headers).find((each) => each.toLowerCase() === name);
  const value = key === undefined ? undefined : headers[key];
  return Array.isArray(value) ? value[0] : value;
}

function checkTime(timestamp: string, toleranceS: number, now: number): void {
  if (!/^\d{1,12}$/.test(timestamp)) throw refused('bad_timestamp', 'webhook-timestamp is no time.');
  const ageS = now / 1_000 - Number(timestamp);
  if (ageS > toleranceS) throw refused('too_old', 'The request is too old.');
  if (ageS < -toleranceS) throw refused('too_new', 'The request is of the future.');
}

/** Each signature is compared in a time that does not depend on where it differs. */
function isSigned(signatures: string, due: readonly Buffer[]): boolean {
  let isKnown = false;
  for (const signature of signatures.split(' ').slice(0, MAX_SIGNATURES)) {
    const [version, text = ''] = signature.split(',', 2);
    if (version !== VERSION) continue;
    const given = Buffer.from(text, 'base64');
    for (const digest of due) {
      if (given.length === digest.length && timingSafeEqual(given, digest)) isKnown = true;
    }
  }
  return isKnown;
}

function eventIn(body: string | Uint8Array): WebhookEvent {
  try {
    const event = JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body)) as WebhookEvent;
    if (typeof event.type === 'string' && typeof event.data === 'object') return event;
  } catch {
    // Said below.
  }
  throw refused('malformed', 'The body is no event.');
}

function refused(code: string, message: string): RendezvousError {
  return new RendezvousError(message, { code });
}
