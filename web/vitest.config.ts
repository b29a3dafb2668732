import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** No browser, no DOM: pure cores, and what a component draws first. The real browsers are in e2e. */
export default defineConfig({
  plugins: [svelte({ configFile: 'app/svelte.config.js' })],
  resolve: { conditions: ['rendezvous-source', 'module', 'node', 'development|production'] },
  ssr: { resolve: { conditions: ['rendezvous-source', 'module', 'node', 'development|production'] } },
  test: {
    environment: 'node',
    include: ['sdk/test/**/*.test.ts', 'app/test/**/*.test.ts'],
  },
});
