/** Endpoints for webhooks: `rendezvous.webhooks`. Verifying what they are sent is `verify-webhook.ts`. */
import { at, items } from './paging.ts';
import type { CallOptions, Transport } from './transport.ts';
import type { ChangeWebhook, CreateWebhook, RotatedSecret, SentDelivery, Webhook, WebhookDelivery } from './types.ts';

/** Your endpoints: what they are sent, and what became of it. */
export class Webhooks {
  readonly #transport: Transport;

  /** @internal `Rendezvous` makes one. */
  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Adds an endpoint. Its `secret` stands in this answer alone. */
  create(webhook: CreateWebhook, options: CallOptions = {}): Promise<Webhook> {
    return this.#transport.send({ ...options, method: 'POST', path: '/v1/webhooks', body: webhook, });
  }

  /** An endpoint and how it does; without its secret. */
  get(id: string, options: CallOptions = {}): Promise<Webhook> {
    return this.#transport.send({ ...options, method: 'GET', path: at`/v1/webhooks/${id}`, repeatable: 'yes' });
  }

  /** All endpoints of your application, without their secrets. */
  list(options: CallOptions = {}): AsyncGenerator<Webhook, void, undefined> {
    return items(this.#transport, '/v1/webhooks', {}, options);
  }

  /** Another address, other types, or `state`: `enabled` lets a disabled one begin anew. */
  change(id: string, change: ChangeWebhook, options: CallOptions = {}): Promise<Webhook> {
    return this.#transport.send({ ...options, method: 'PATCH', path: at`/v1/webhooks/${id}`, body: change, repeatable: 'yes' });
  }

  /** Takes the endpoint away: it is sent nothing more. */
  delete(id: string, options: CallOptions = {}): Promise<void> {
    return this.#transport.send({ ...options, method: 'DELETE', path: at`/v1/webhooks/${id}`, });
  }

  /** Another secret; for a day the one before signs beside it: verify by both, and take the old one out afterwards. */
  rotate(id: string, options: CallOptions = {}): Promise<RotatedSecret> {
    return this.#transport.send({ ...options, method: 'POST', path: at`/v1/webhooks/${id}/rotate`, body: {}, });
  }

  /** Has a `webhook.test` sent. */
  test(id: string, options: CallOptions = {}): Promise<SentDelivery> {
    return this.#transport.send({ ...options, method: 'POST', path: at`/v1/webhooks/${id}/test`, body: {}, repeatable: 'yes' });
  }

  /** What it was sent and is to be sent, the newest first, with the last attempt of each. */
  deliveries(id: string, options: CallOptions = {}): AsyncGenerator<WebhookDelivery, void, undefined> {
    return items(this.#transport, at`/v1/webhooks/${id}/deliveries`, {}, options);
  }
}
