import { defineConfig } from 'vitest/config';

/** Pure cores only: no browser, no DOM. The real browsers are in e2e. */
export default defineConfig({
  test: {
    environment: 'node',
    include: ['sdk/test/**/*.test.ts', 'app/test/**/*.test.ts'],
  },
});
