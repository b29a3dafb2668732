/** The looks of the elements: constructable style sheets, which a page's policy does not have to allow. Colours and sizes are its own. */

const SHARED = `
:host {
  display: block;
  container-type: inline-size;
  --_background: var(--rendezvous-background, #15111c);
  --_surface: var(--rendezvous-surface, #1f1929);
  --_ink: var(--rendezvous-ink, #f3edf7);
  --_muted: var(--rendezvous-muted, #a99db8);
  --_accent: var(--rendezvous-accent, #ff8da3);
  --_on-accent: var(--rendezvous-on-accent, #15111c);
  --_line: var(--rendezvous-line, #43384f);
  --_radius: var(--rendezvous-radius, 14px);
  color: var(--_ink);
  font: var(--rendezvous-font, 16px/1.5 system-ui, "Noto Sans KR", sans-serif);
}
:host([hidden]) { display: none; }
* { box-sizing: border-box; margin: 0; }
[hidden] { display: none !important; }
button {
  min-block-size: 44px;
  min-inline-size: 44px;
  padding-inline: 14px;
  border: 1px solid var(--_muted);
  border-radius: 10px;
  background: var(--_surface);
  color: inherit;
  font: inherit;
  cursor: pointer;
}
button.primary { border-color: transparent; background: var(--_accent); color: var(--_on-accent); }
button:disabled { cursor: default; opacity: 0.6; }
:focus-visible { outline: 3px solid var(--_accent); outline-offset: 2px; }
.hidden-text { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`;

const SESSION = `
.root {
  position: relative;
  display: flex;
  flex-direction: column;
  justify-content: flex-end;
  min-block-size: var(--rendezvous-height, 24rem);
  overflow: hidden;
  border-radius: var(--_radius);
  background: var(--_background);
}
.remote { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; object-fit: cover; visibility: hidden; }
.remote.open { visibility: visible; }
.remote.dimmed { opacity: 0.35; }
.preview {
  position: absolute;
  inset-block-start: 12px;
  inset-inline-end: 12px;
  inline-size: min(30%, 12rem);
  aspect-ratio: 4 / 3;
  border-radius: 10px;
  background: var(--_surface);
  object-fit: cover;
  transform: scaleX(-1);
}
.clock { position: relative; padding: 12px; font-size: 2.75rem; font-variant-numeric: tabular-nums; line-height: 1; text-align: center; text-shadow: 0 1px 8px rgb(0 0 0 / 60%); }
.bar { position: relative; display: grid; gap: 8px; padding: 16px; background: linear-gradient(transparent, rgb(10 8 14 / 80%) 30%); }
.controls { display: flex; flex-wrap: wrap; gap: 8px; }
.devices { color: #f6b44b; }
`;

/** Beside the page's own texts, so by its `color-scheme`; a session is dark in either. */
const CHAT = `
:host {
  --_background: var(--rendezvous-background, light-dark(#fbf7f2, #15111c));
  --_surface: var(--rendezvous-surface, light-dark(#ffffff, #1f1929));
  --_ink: var(--rendezvous-ink, light-dark(#241b2f, #f3edf7));
  --_muted: var(--rendezvous-muted, light-dark(#675c72, #a99db8));
  --_accent: var(--rendezvous-accent, light-dark(#b3284c, #ff8da3));
  --_on-accent: var(--rendezvous-on-accent, light-dark(#ffffff, #15111c));
  --_line: var(--rendezvous-line, light-dark(#ddd2c6, #43384f));
}
.root { display: flex; flex-direction: column; block-size: var(--rendezvous-height, 24rem); padding: 12px; border-radius: var(--_radius); background: var(--_background); }
ol { flex: 1; display: flex; flex-direction: column; gap: 6px; min-block-size: 0; padding: 0 0 8px; overflow-y: auto; list-style: none; overscroll-behavior: contain; }
li { max-inline-size: 85%; align-self: flex-start; }
li.mine { align-self: flex-end; text-align: end; }
.body { padding: 8px 14px; border: 1px solid var(--_line); border-radius: var(--_radius); background: var(--_surface); text-align: start; white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; }
.gone { border-style: dashed; color: var(--_muted); font-style: italic; }
.meta, .empty, .status { color: var(--_muted); font-size: 0.875em; }
.empty { align-self: center; margin-block: auto; }
.status { min-block-size: 1.5em; }
form { display: flex; gap: 8px; }
textarea { flex: 1; min-inline-size: 0; min-block-size: 44px; padding: 10px 12px; border: 1px solid var(--_muted); border-radius: 10px; background: var(--_surface); color: inherit; font: inherit; resize: none; field-sizing: content; max-block-size: 8em; }
textarea::placeholder { color: var(--_muted); opacity: 1; }
`;

/** Made when the first element is: a server has no style sheets. */
const sheets = new Map<string, CSSStyleSheet>();

function sheet(css: string): CSSStyleSheet {
  const known = sheets.get(css);
  if (known !== undefined) return known;
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  sheets.set(css, made);
  return made;
}

export const sessionStyles = (): CSSStyleSheet[] => [sheet(SHARED), sheet(SESSION)];
export const chatStyles = (): CSSStyleSheet[] => [sheet(SHARED), sheet(CHAT)];
