/**
 * Importing it defines `<rendezvous-session>` and `<rendezvous-chat>`, and nothing on a server.
 *
 * @module @rendezvous/client/elements
 */
import { RendezvousChatElement } from './chat-element.ts';
import { RendezvousSessionElement } from './session-element.ts';

export { RendezvousChatElement, RendezvousSessionElement };

const ELEMENTS = { 'rendezvous-session': RendezvousSessionElement, 'rendezvous-chat': RendezvousChatElement };

// A second copy on the same page leaves the first as it is.
if (typeof customElements !== 'undefined') {
  for (const [name, constructor] of Object.entries(ELEMENTS)) if (customElements.get(name) === undefined) customElements.define(name, constructor);
}

declare global {
  interface HTMLElementTagNameMap {
    'rendezvous-session': RendezvousSessionElement;
    'rendezvous-chat': RendezvousChatElement;
  }
}
