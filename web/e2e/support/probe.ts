/** Runs in the page before its own code: keeps hold of what a person would only see and hear. */

export interface ProbeWindow extends Window {
  probe: {
    connections: RTCPeerConnection[];
    tracks: MediaStreamTrack[];
    phases: { phase: string; at: number }[];
    /** Each figure of the countdown and of the time left, and when it was first shown. */
    figures: { figure: string; at: number }[];
  };
}

/** Init script: remembers each PeerConnection, local track and change of phase. Serialised: no imports. */
export function installProbe(): void {
  const page = window as unknown as ProbeWindow;
  // Not Date: a story may have set the page's clock wrong.
  const monotonicStart = performance.timeOrigin;
  page.probe = { connections: [], tracks: [], phases: [], figures: [] };

  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      page.probe.connections.push(this);
    }
  };
  const media = navigator.mediaDevices;
  if (media) {
    const getUserMedia = media.getUserMedia.bind(media);
    media.getUserMedia = async (constraints) => {
      const stream = await getUserMedia(constraints);
      page.probe.tracks.push(...stream.getTracks());
      return stream;
    };
  }

  const note = () => {
    const phase = document.querySelector('[data-phase]')?.getAttribute('data-phase');
    const last = page.probe.phases.at(-1)?.phase;
    const at = monotonicStart + performance.now();
    if (phase && phase !== last) page.probe.phases.push({ phase, at });
    for (const id of ['countdown', 'time-left']) {
      const shown = document.querySelector(`[data-testid="${id}"]`)?.textContent?.trim();
      const figure = `${id} ${shown}`;
      if (shown && !page.probe.figures.some((one) => one.figure === figure)) page.probe.figures.push({ figure, at });
    }
  };
  new MutationObserver(note).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: ['data-phase'],
  });
}

/** Init script: this page's wall clock is wrong by `offsetMs`. */
export function skewClock(offsetMs: number): void {
  const NativeDate = Date;
  const trueNow = NativeDate.now.bind(NativeDate);
  class SkewedDate extends NativeDate {
    constructor(...parts: unknown[]) {
      if (parts.length === 0) super(trueNow() + offsetMs);
      else super(...(parts as [number]));
    }
    static override now(): number {
      return trueNow() + offsetMs;
    }
  }
  (window as unknown as { Date: unknown }).Date = SkewedDate;
}
