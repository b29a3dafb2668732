/** The package as it is published: one file for each entry, and what they share. */
import { defineConfig } from 'vite';

const ENTRIES = ['index', 'chat/index', 'elements/index', 'embed/index', 'scheduler/index', 'media/livekit', 'media/openvidu'];

export default defineConfig({
  build: {
    target: 'es2022',
    sourcemap: true,
    minify: false,
    lib: { entry: Object.fromEntries(ENTRIES.map((name) => [name, `src/${name}.ts`])), formats: ['es'] },
    rolldownOptions: {
      // Of whoever uses the package, if at all.
      external: ['livekit-client', 'openvidu-browser'],
      output: { chunkFileNames: 'shared/[name]-[hash].js' },
    },
  },
});
