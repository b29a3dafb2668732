/** Names for what `openapi.generated.ts` says of the scheduler. */
import type { components, paths, webhooks } from './openapi.generated.ts';

/** What the document says of a thing by that name. Each is an interface of its own, so that editors and the reference show its name. */
type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

/** A booking, with who came when and how it ended. */
export interface Session extends Schema<'SessionView'> {}
/** What books a session: who, when, and by which rules. What is not named is as the scheduler has it. */
export interface BookSession extends Schema<'BookSession'> {}
/** What moves a session or changes it. What is not named stays. */
export interface ChangeSession extends Schema<'ChangeSession'> {}
/**
 * Which sessions of your application are listed.
 * @interface
 */
export type SessionQuery = Omit<NonNullable<paths['/v1/sessions']['get']['parameters']['query']>, 'cursor'>;
/** What lets one person's page in, until `expires_at`: give it to nobody else. */
export interface Ticket extends Schema<'TicketResponse'> {}
/** A join link that replaces the one before. */
export interface RenewedLink extends Schema<'RenewedLink'> {}
/** One thing that happened to a session. */
export interface TimelineItem extends Schema<'TimelineItem'> {}
/** Who was told what, by which channel, and whether it arrived. */
export interface Delivery extends Schema<'DeliveryView'> {}
/** A chat room with all who are in it. */
export interface Room extends Schema<'GroupView'> {}
/** A chat room as it stands in a list. */
export interface ListedRoom extends Schema<'ListedGroup'> {}
/** Who is in a new room; the first owns it. */
export interface CreateRoom extends Schema<'CreateRoom'> {}
/** Another name of a room, or none. */
export interface ChangeRoom extends Schema<'ChangeRoom'> {}
/** Two people who were matched, and the room that they have from then on. */
export interface Match extends Schema<'CreatedMatch'> {}
/** The two who are matched. */
export interface CreateMatch extends Schema<'CreateMatch'> {}
/** An endpoint of yours; `secret` stands in the answer that made it alone. */
export interface Webhook extends Schema<'WebhookView'> {}
/** Where a new endpoint is, and what it is sent. */
export interface CreateWebhook extends Schema<'CreateWebhook'> {}
/** What of an endpoint becomes different. */
export interface ChangeWebhook extends Schema<'ChangeWebhook'> {}
/** The new secret, and until when the one before signs beside it. */
export interface RotatedSecret extends Schema<'RotatedSecret'> {}
/** A delivery that was asked for just now. */
export interface SentDelivery extends Schema<'SentDelivery'> {}
/** What one endpoint was sent, how often it was tried, and what it answered. */
export interface WebhookDelivery extends Schema<'WebhookDeliveryView'> {}
/** What your application says of itself. */
export interface Application extends Schema<'ApplicationView'> {}
/** What it says from now on. What is not named stays. */
export interface ChangeApplication extends Schema<'ChangeApplication'> {}
/** What the scheduler answers when it refuses (RFC 9457). */
export interface Problem extends Schema<'Problem'> {}
/** A field that is wrong, by its path, a code and a sentence. */
export interface FieldError extends Schema<'FieldError'> {}

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
