import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { generatedFiles } from '../../src/service/generated.ts';
import { METRICS } from '../../src/telemetry/metrics/list.ts';

describe('generated files', () => {
  it.each(generatedFiles)('$path is up to date (npm run generate)', ({ path, content }) => {
    const file = new URL(`../../${path}`, import.meta.url);
    expect(existsSync(file)).toBe(true);
    const existing = readFileSync(file, 'utf8');
    expect(existing).toBe(content(existing));
  });
});

describe('the metric list', () => {
  it('keeps the naming rules', () => {
    for (const { name, type, help } of METRICS) {
      expect(name).toMatch(/^tacit_[a-z_]+$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      expect(help).toMatch(/\.$/);
    }
    expect(new Set(METRICS.map(({ name }) => name)).size).toBe(METRICS.length);
  });
});
