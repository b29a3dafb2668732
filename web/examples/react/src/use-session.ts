import { createSession, type GetTicket, type Session, type SessionSnapshot } from '@rendezvous/client';
import { useEffect, useState, useSyncExternalStore } from 'react';

const nothing = (): null => null;
const noSubscription = () => (): void => undefined;

/**
 * A session for as long as the component is there: its state, and the session itself for everything that can be asked of it. Both are
 * null at first. `getTicket` has to be the same function in each render (of the module, or by `useCallback`): another one is another session.
 */
export function useSession(getTicket: GetTicket): { readonly session: Session | null; readonly snapshot: SessionSnapshot | null } {
  const [session, setSession] = useState<Session | null>(null);
  useEffect(() => {
    const opened = createSession({ ticket: getTicket });
    setSession(opened);
    // `close` is no leaving: the seat is kept, so that what React mounts twice, as in StrictMode, has one.
    return () => opened.close();
  }, [getTicket]);
  const snapshot = useSyncExternalStore<SessionSnapshot | null>(session?.subscribe ?? noSubscription, session?.getSnapshot ?? nothing, nothing);
  return { session, snapshot };
}

/** The server's time, read every quarter of a second (Unix ms); null where there is no session. */
export function useServerNow(session: Session | null): number | null {
  const [now, setNow] = useState<number | null>(null);
  useEffect(() => {
    if (session === null) return;
    const timer = setInterval(() => setNow(session.now()), 250);
    return () => clearInterval(timer);
  }, [session]);
  return now;
}
