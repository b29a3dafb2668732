import type { GetTicket, SessionSnapshot } from '@rendezvous/client';
import { useServerNow, useSession } from './use-session.ts';
import { Video } from './video.tsx';

/** Whatever the page looks like, it is drawn from the snapshot alone. */
export function SessionView({ getTicket }: { readonly getTicket: GetTicket }) {
  const { session, snapshot } = useSession(getTicket);
  const now = useServerNow(session);
  if (session === null || snapshot === null) return <p>One moment.</p>;
  const { phase, enabledMedia, preview, remote } = snapshot;
  const over = phase === 'ended' || phase === 'refused';
  return (
    <section data-phase={phase} aria-label="Session">
      <p role="status">{statusOf(snapshot, now)}</p>
      <div className="videos">
        <Video label="You" stream={over ? null : preview} muted />
        <Video label={snapshot.session.peer?.name ?? 'The other one'} stream={over ? null : remote} muted={phase !== 'live'} />
      </div>
      {over || (
        <p>
          <button onClick={() => session.setMuted(enabledMedia.audio)} aria-pressed={!enabledMedia.audio}>
            Mute
          </button>
          <button onClick={() => session.setCameraOff(enabledMedia.video)} aria-pressed={!enabledMedia.video}>
            Camera off
          </button>
          {phase === 'left' ? <button onClick={() => session.comeBack()}>Come back</button> : <button onClick={() => session.leave()}>Leave</button>}
        </p>
      )}
    </section>
  );
}

function statusOf({ phase, session: { stage, spec, peer }, refusal, connection }: SessionSnapshot, now: number | null): string {
  const name = peer?.name ?? 'the other one';
  const seconds = (until: number): number => Math.max(0, Math.ceil((until - (now ?? until)) / 1_000));
  if (stage.phase === 'ended') return `It is over: ${stage.reason}.`;
  if (phase === 'refused') return `This did not work: ${refusal?.message ?? ''}.`;
  if (phase === 'left') return 'You have left.';
  if (connection === 'lost') return 'The connection is lost. It is tried again.';
  switch (stage.phase) {
    case 'countdown':
      return `With ${name} in ${seconds(stage.liveAt)} s.`;
    case 'live':
      return `With ${name}, ${seconds(stage.deadlineAt)} s left.`;
    case 'paused':
      return `${name} is lost. The time stands still.`;
    case 'lobby':
      return `Waiting for ${name}${spec !== null && spec.starts_at > (now ?? 0) ? `, it begins in ${seconds(spec.starts_at)} s` : ''}.`;
    default:
      return 'Connecting.';
  }
}
