import { defineConfig } from 'vitest/config';

/** Against the running product, which `scripts/sdks/run.py` starts. */
export default defineConfig({ test: { environment: 'node', include: ['test/**/*.test.ts'], testTimeout: 60_000 } });
