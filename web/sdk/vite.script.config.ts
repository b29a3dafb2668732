/** `dist/elements/script.js`, for pages without a bundler: one small file that fetches nothing but the library of a media server. */
import { defineConfig } from 'vite';

export default defineConfig({
  build: {
    target: 'es2022',
    emptyOutDir: false,
    sourcemap: true,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { script: 'src/elements/script.ts' },
      preserveEntrySignatures: 'strict',
      external: ['livekit-client', 'openvidu-browser'],
      output: { entryFileNames: 'elements/[name].js' },
    },
  },
});
