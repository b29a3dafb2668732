import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defaultClientConditions, defineConfig } from 'vite';

/**
 * Everything is a file of its own under assets, so that a page needs no inline script, style or data: address. Addresses are relative:
 * the server puts the path of `scheduler.public_url` into the page's `<base>`.
 */
export default defineConfig({
  base: './',
  plugins: [svelte()],
  // The package next door as it is written, not as it is built for others.
  resolve: { conditions: ['rendezvous-source', ...defaultClientConditions] },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    rolldownOptions: {
      input: { index: 'index.html', 'service-worker': 'worker/service-worker.ts' },
      // A service worker is asked for at its own address, and can't reach above it.
      output: { entryFileNames: ({ name }) => (name === 'service-worker' ? '[name].js' : 'assets/[name]-[hash].js') },
    },
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      '/v1': { target: 'http://127.0.0.1:8080', changeOrigin: false },
    },
  },
});
