import type { Attachment } from 'svelte/attachments';

/** A Svelte attachment. The element must have the `muted` attribute, or autoplay is blocked. */
export function playStream(stream: MediaStream | null): Attachment<HTMLVideoElement> {
  return (video) => {
    video.srcObject = stream;
    if (stream !== null) void video.play().catch(() => undefined);
    return () => {
      video.srcObject = null;
    };
  };
}
