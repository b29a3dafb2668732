/** Attachments that put live media into elements. */
import type { Attachment } from 'svelte/attachments';

/** Plays a stream in a video element that is muted by its markup. */
export function playStream(stream: MediaStream | null): Attachment<HTMLVideoElement> {
  return (video) => {
    video.srcObject = stream;
    if (stream !== null) void video.play().catch(() => undefined);
    return () => {
      video.srcObject = null;
    };
  };
}
