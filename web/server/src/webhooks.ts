/** Endpoints for webhooks: `rendezvous.webhooks`. Verifying what they are sent is `verify-webhook.ts`. */
import { at, items } from './paging.ts';
import type { CallOptions, Transport } from './transport.ts';
import type { ChangeWebhook, CreateWebhook, RotatedSecret, SentDelivery, Webhook, WebhookDelivery } from './types.ts';

export class Webhooks {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Adds an endpoint. Its `secret` stands in this answer alone. */
  create(webhook: CreateWebhook, options: CallOptions = {}): Promise<Webhook> {
    return this.#transport.send({ ...options, method: 'POST', path: '/v1/webhooks', body: webhook, });
  }

  get(id: string, options: CallOptions = {}): Promise<Webhook> {
    return this.#transport.send({ ...options, method: 'GET', path: at`/v1/webhooks/${id}`, repeatable: 'yes' });
  }

  list(options: CallOptions = {}): AsyncGenerator<Webhook, void, undefined> {
    return items(this.#transport, '/v1/webhooks', {}, options);
  }

  change(id: string, change: ChangeWebhook, options: CallOptions = {}): Promise<Webhook> {
    return this.#transport.send({ ...options, method: 'PATCH', path: at`/v1/webhooks/${id}`, body: change, repeatable: 'yes' });
  }

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

  deliveries(id: string, options: CallOptions = {}): AsyncGenerator<WebhookDelivery, void, undefined> {
    return items(this.#transport, at`/v1/webhooks/${id}/deliveries`, {}, options);
  }
}
