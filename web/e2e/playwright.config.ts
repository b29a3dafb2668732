/** One worker: browsers and services share two cores. */
import { defineConfig } from '@playwright/test';
import { CHROMIUM_ARGS, chromiumPath } from './support/chromium.ts';

/** No story takes as long on two free cores: a slow machine is no failure. */
const STORY_LIMIT_MS = 180_000;
const EXPECT_LIMIT_MS = 30_000;

export default defineConfig({
  testDir: './stories',
  testMatch: '*.story.ts',
  workers: 1,
  fullyParallel: false,
  forbidOnly: Boolean(process.env['CI']),
  retries: 0,
  timeout: STORY_LIMIT_MS,
  expect: { timeout: EXPECT_LIMIT_MS },
  outputDir: './results/artifacts',
  reporter: [['list'], ['json', { outputFile: 'results/report.json' }]],
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: { executablePath: chromiumPath(), args: CHROMIUM_ARGS },
  },
});
