/** Names for what `openapi.generated.ts` says of the scheduler. */
import type { components, paths, webhooks } from './openapi.generated.ts';

type Schemas = components['schemas'];

/**
 * A booking, with who came when and how it ended.
 * @interface
 */
export type Session = Schemas['SessionView'];
/**
 * What books a session: who, when, and by which rules. What is not named is as the scheduler has it.
 * @interface
 */
export type BookSession = Schemas['BookSession'];
/**
 * What moves a session or changes it. What is not named stays.
 * @interface
 */
export type ChangeSession = Schemas['ChangeSession'];
/**
 * Which sessions of your application are listed.
 * @interface
 */
export type SessionQuery = Omit<NonNullable<paths['/v1/sessions']['get']['parameters']['query']>, 'cursor'>;
/**
 * What lets one person's page in, until `expires_at`: give it to nobody else.
 * @interface
 */
export type Ticket = Schemas['TicketResponse'];
/**
 * A join link that replaces the one before.
 * @interface
 */
export type RenewedLink = Schemas['RenewedLink'];
/**
 * One thing that happened to a session.
 * @interface
 */
export type TimelineItem = Schemas['TimelineItem'];
/**
 * Who was told what, by which channel, and whether it arrived.
 * @interface
 */
export type Delivery = Schemas['DeliveryView'];
/**
 * A chat room with all who are in it.
 * @interface
 */
export type Room = Schemas['GroupView'];
/**
 * A chat room as it stands in a list.
 * @interface
 */
export type ListedRoom = Schemas['ListedGroup'];
/**
 * Who is in a new room; the first owns it.
 * @interface
 */
export type CreateRoom = Schemas['CreateRoom'];
/**
 * Another name of a room, or none.
 * @interface
 */
export type ChangeRoom = Schemas['ChangeRoom'];
/**
 * Two people who were matched, and the room that they have from then on.
 * @interface
 */
export type Match = Schemas['CreatedMatch'];
/**
 * The two who are matched.
 * @interface
 */
export type CreateMatch = Schemas['CreateMatch'];
/**
 * An endpoint of yours; `secret` stands in the answer that made it alone.
 * @interface
 */
export type Webhook = Schemas['WebhookView'];
/**
 * Where a new endpoint is, and what it is sent.
 * @interface
 */
export type CreateWebhook = Schemas['CreateWebhook'];
/**
 * What of an endpoint becomes different.
 * @interface
 */
export type ChangeWebhook = Schemas['ChangeWebhook'];
/**
 * The new secret, and until when the one before signs beside it.
 * @interface
 */
export type RotatedSecret = Schemas['RotatedSecret'];
/**
 * A delivery that was asked for just now.
 * @interface
 */
export type SentDelivery = Schemas['SentDelivery'];
/**
 * What one endpoint was sent, how often it was tried, and what it answered.
 * @interface
 */
export type WebhookDelivery = Schemas['WebhookDeliveryView'];
/**
 * What your application says of itself.
 * @interface
 */
export type Application = Schemas['ApplicationView'];
/**
 * What it says from now on. What is not named stays.
 * @interface
 */
export type ChangeApplication = Schemas['ChangeApplication'];
/**
 * What the scheduler answers when it refuses (RFC 9457).
 * @interface
 */
export type Problem = Schemas['Problem'];
/**
 * A field that is wrong, by its path, a code and a sentence.
 * @interface
 */
export type FieldError = Schemas['FieldError'];

/** The types of events that an endpoint may be sent, as `session.ended`. */
export type WebhookEventType = keyof webhooks;
/** The event of one type, for what takes no other. */
export type WebhookEventOf<Type extends WebhookEventType> = webhooks[Type]['post']['requestBody']['content']['application/json'];
/** What an endpoint is posted; its `type` says which one it is. A newer scheduler may send types that are not here: leave those alone. */
export type WebhookEvent = { [Type in WebhookEventType]: WebhookEventOf<Type> }[WebhookEventType];

/** A page of a collection. */
export interface Page<Item> {
  /** Those of this page, in the order of the collection. */
  items: Item[];
  /** Names the page after it; none where this is the last. */
  next_cursor?: string | null;
}
