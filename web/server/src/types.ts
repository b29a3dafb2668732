/** Names for what `openapi.generated.ts` says of the scheduler. */
import type { components, paths, webhooks } from './openapi.generated.ts';

type Schemas = components['schemas'];

export type Session = Schemas['SessionView'];
export type BookSession = Schemas['BookSession'];
export type ChangeSession = Schemas['ChangeSession'];
export type SessionQuery = Omit<NonNullable<paths['/v1/sessions']['get']['parameters']['query']>, 'cursor'>;
export type Ticket = Schemas['TicketResponse'];
export type RenewedLink = Schemas['RenewedLink'];
export type TimelineItem = Schemas['TimelineItem'];
export type Delivery = Schemas['DeliveryView'];
export type Room = Schemas['GroupView'];
export type ListedRoom = Schemas['ListedGroup'];
export type CreateRoom = Schemas['CreateRoom'];
export type ChangeRoom = Schemas['ChangeRoom'];
export type Match = Schemas['CreatedMatch'];
export type CreateMatch = Schemas['CreateMatch'];
export type Webhook = Schemas['WebhookView'];
export type CreateWebhook = Schemas['CreateWebhook'];
export type ChangeWebhook = Schemas['ChangeWebhook'];
export type RotatedSecret = Schemas['RotatedSecret'];
export type SentDelivery = Schemas['SentDelivery'];
export type WebhookDelivery = Schemas['WebhookDeliveryView'];
export type Application = Schemas['ApplicationView'];
export type ChangeApplication = Schemas['ChangeApplication'];
export type Problem = Schemas['Problem'];
export type FieldError = Schemas['FieldError'];

export type WebhookEventType = keyof webhooks;
type Body<Name extends WebhookEventType> = webhooks[Name]['post']['requestBody']['content']['application/json'];
/** What an endpoint is posted; its `type` says which one it is. A newer scheduler may send types that are not here: leave those alone. */
export type WebhookEvent = { [Name in WebhookEventType]: Body<Name> }[WebhookEventType];

/** A page of a collection. */
export interface Page<Item> {
  items: Item[];
  next_cursor?: string | null;
}
