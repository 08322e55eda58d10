/** Node's timers count to 2^31 - 1 ms and fire at once beyond, so no option may ask for more. */
import { describe, expect, it } from 'vitest';
import { type OptionSchema, unitOf } from '../../src/config/schema-words.ts';
import { serviceOptions } from '../../src/config/service-options.ts';
import { parseDuration } from '../../src/lib/units.ts';
import { componentFactories } from '../../src/service/components.ts';
import { load, problemLines, wholeConfig } from './kit.ts';

const LONGEST_MS = 2 ** 31 - 1;
/** Up to a tenth is added. */
const STRETCHED = new Map([['otlp.protocols.grpc.keepalive.server_parameters.max_connection_age', 1.1]]);
/** Held against the times of events and frames; no timers. */
const NO_TIMERS = [
  ...[
    'weights.half_life',
    'lifecycle.learn',
    'lifecycle.fade_after',
    'lifecycle.gone_after',
    'changes.keep',
    'history.keep',
    'history.minutes',
    'history.ten_minutes',
  ].map(option => `topology.${option}`),
];

interface Duration {
  readonly path: string;
  readonly maximum: string | undefined;
}

function findDurations(schema: OptionSchema, path: string): Duration[] {
  if (unitOf(schema) === 'duration') return [{ path, maximum: schema['x-maximum'] }];
  return Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => findDurations(inner, `${path}.${key}`));
}

const durations = [
  ...componentFactories.flatMap(({ type, config }) => findDurations(config as OptionSchema, type)),
  ...findDurations(serviceOptions as OptionSchema, 'service'),
].filter(({ path }) => !NO_TIMERS.includes(path));

describe('a duration that becomes a timer', () => {
  it.each(durations)('$path: has a maximum that a timer can wait', ({ path, maximum }) => {
    expect(maximum).toBeDefined();
    expect(parseDuration(maximum!) * (STRETCHED.get(path) ?? 1)).toBeLessThanOrEqual(LONGEST_MS);
  });

  it('is refused beyond it', () => {
    const text = wholeConfig({
      head: 'receivers: {otlp: {protocols: {http: {idle_timeout: 1000h}}}}\nconnectors: {topology: }',
    });
    expect(problemLines(load(text))).toEqual([
      'a.yaml:1:53: receivers.otlp.protocols.http.idle_timeout: 1000h is out of range; it must be 1s to 24d',
    ]);
  });

  it('is found in every component that has one', () => {
    const paths = durations.map(({ path }) => path);
    expect(paths).toContain('otlp.protocols.http.idle_timeout');
    expect(paths).toContain('otlp.protocols.grpc.keepalive.server_parameters.time');
    expect(paths).toContain('memory_limiter.check_interval');
    expect(paths).toContain('service.shutdown_timeout');
  });
});
