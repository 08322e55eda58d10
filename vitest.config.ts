import { defineConfig } from 'vitest/config';

/** Projects: `unit` (fast, no network beyond loopback), `integration` (whole process), `slow` (long properties), `rules` (structure). */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/integration/**', 'test/slow/**', 'test/rules/**'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 120_000,
          fileParallelism: false,
        },
      },
      { test: { name: 'slow', include: ['test/slow/**/*.test.ts'], testTimeout: 1_800_000, fileParallelism: false } },
      { test: { name: 'rules', include: ['test/rules/**/*.test.ts'] } },
    ],
  },
});
