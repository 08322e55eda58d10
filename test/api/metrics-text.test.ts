import { describe, expect, it } from 'vitest';
import { metricsText } from '../../src/api/metrics-text.ts';

describe('metricsText', () => {
  it('makes one family of samples of one name, and escapes', () => {
    const sample = { name: 'tacit_x_total', help: 'a\nb\\c', type: 'counter' } as const;
    const text = metricsText([
      { ...sample, values: [{ labels: { name: 'q"\\\n' }, value: 1 }] },
      { name: 'tacit_y', help: 'y', type: 'gauge', values: [{ labels: {}, value: -Infinity }] },
      { ...sample, values: [{ labels: { a: 'b', c: 'd' }, value: 1e21 }] },
    ]);
    expect(text).toBe(
      [
        '# HELP tacit_x_total a\\nb\\\\c',
        '# TYPE tacit_x_total counter',
        'tacit_x_total{name="q\\"\\\\\\n"} 1',
        'tacit_x_total{a="b",c="d"} 1e+21',
        '# HELP tacit_y y',
        '# TYPE tacit_y gauge',
        'tacit_y -Inf',
        '',
      ].join('\n'),
    );
  });
});
