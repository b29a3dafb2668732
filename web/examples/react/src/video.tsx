import { useEffect, useRef } from 'react';

interface Props {
  readonly label: string;
  readonly stream: MediaStream | null;
  readonly muted: boolean;
}

/** React has no attribute for a stream: the element is given it, and asked to play. It may be given the same one twice, as in strict mode, where `autoplay` does not always start it again. */
export function Video({ label, stream, muted }: Props) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const shown = video.current;
    if (shown === null) return;
    shown.srcObject = stream;
    if (stream !== null) void shown.play().catch(() => undefined);
    return () => void (shown.srcObject = null);
  }, [stream]);
  return <video ref={video} aria-label={label} muted={muted} playsInline />;
}
