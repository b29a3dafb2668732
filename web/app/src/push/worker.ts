/** The service worker that shows pushes, as the page sees it. */

/** What `worker/service-worker.ts` asks. */
const QUESTION = 'rendezvous:which-session';

interface ScriptUrlPolicies {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): { createScriptURL(url: string): object };
}

let trusted: object | undefined;

/** Its address. The page's policy lets only this one be registered (`scheduler/src/web/policy.rs`). */
export function workerAddress(base: string): string | object {
  const { trustedTypes } = globalThis as { trustedTypes?: ScriptUrlPolicies };
  const address = `${base}service-worker.js`;
  if (trustedTypes === undefined) return address;
  trusted ??= trustedTypes.createPolicy('rendezvous-worker', { createScriptURL: () => address }).createScriptURL(address);
  return trusted;
}

/** Tells the worker which session this page shows, so that a click on a notification finds it; returns what ends that. */
export function answerWorker(sessionId: () => string | null): () => void {
  const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  const answer = (event: MessageEvent): void => {
    if (event.data === QUESTION) event.ports[0]?.postMessage(sessionId());
  };
  workers?.addEventListener('message', answer);
  workers?.startMessages();
  return () => workers?.removeEventListener('message', answer);
}
