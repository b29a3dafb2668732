/** Init scripts: they run in the page before its own code. Serialised by Playwright, so they must not use imports. */

interface Instrumentation {
  connections: RTCPeerConnection[];
  localTracks: MediaStreamTrack[];
  /** Changes of `data-phase`, by the machine's clock (ms). */
  phases: { phase: string; at: number }[];
  /** Each number of the countdown and of the time left, and when it was first shown. */
  figures: { figure: string; at: number }[];
}

declare global {
  interface Window {
    instrumentation: Instrumentation;
  }
}

/** Init script: records RTCPeerConnections, local tracks, phases and displayed times. */
export function installInstrumentation(): void {
  // Not Date: a story may have skewed the page's wall clock.
  const monotonicStart = performance.timeOrigin;
  const instrumentation: Instrumentation = { connections: [], localTracks: [], phases: [], figures: [] };
  window.instrumentation = instrumentation;

  // The page object takes it from the console as a problem of the page.
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) => {
    console.error(`Content Security Policy violated: ${violatedDirective} ${blockedURI} ${sample}`);
  });

  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      instrumentation.connections.push(this);
    }
  };
  const media = navigator.mediaDevices;
  if (media) {
    const getUserMedia = media.getUserMedia.bind(media);
    media.getUserMedia = async (constraints) => {
      const stream = await getUserMedia(constraints);
      instrumentation.localTracks.push(...stream.getTracks());
      return stream;
    };
  }

  const record = () => {
    const phase = document.querySelector('[data-phase]')?.getAttribute('data-phase');
    const last = instrumentation.phases.at(-1)?.phase;
    const at = monotonicStart + performance.now();
    if (phase && phase !== last) instrumentation.phases.push({ phase, at });
    for (const id of ['countdown', 'time-left']) {
      const shown = document.querySelector(`[data-testid="${id}"]`)?.textContent?.trim();
      const figure = `${id} ${shown}`;
      if (shown && !instrumentation.figures.some((one) => one.figure === figure)) instrumentation.figures.push({ figure, at });
    }
  };
  new MutationObserver(record).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: ['data-phase'],
  });
}

/** Init script: shifts the page's wall clock by `offsetMs`. */
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
