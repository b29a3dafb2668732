import type { Ticket } from '@rendezvous/client';
import { useState } from 'react';
import { SessionView } from './session-view.tsx';

/** Our own server knows who asks, by its cookie. What it refuses is given back as it came. */
async function getTicket(): Promise<Ticket> {
  const answer = await fetch('/ticket', { method: 'POST' });
  return answer.json();
}

/** Joining by a click: browsers play sound only where somebody has clicked. */
export function App() {
  const [joined, setJoined] = useState(false);
  return (
    <main>
      <h1>A session in React</h1>
      <button onClick={() => setJoined(!joined)}>{joined ? 'Close the session' : 'Join'}</button>
      {joined && <SessionView getTicket={getTicket} />}
    </main>
  );
}
