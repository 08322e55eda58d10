import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/contract/clock.ts';
import { StartError } from '../../src/contract/component.ts';
import { createService } from '../../src/service/service.ts';
import { recordOf, sendRecords } from '../kits/records.ts';
import { type Behaviour, checkedConfig, createTestLogger, createWorkshop } from './components.ts';

const TEXT = `
receivers: {source: , source/2: }
processors: {gate: }
connectors: {sink: }
extensions: {helper: }
service:
  extensions: [helper]
  shutdown_timeout: 300ms
  pipelines:
    traces: {receivers: [source], processors: [gate], exporters: [sink]}
    traces/2: {receivers: [source/2], exporters: [sink]}
`;

function prepare(behaviours: Readonly<Record<string, Behaviour>> = {}, text = TEXT) {
  const workshop = createWorkshop(behaviours);
  const { logger, lines } = createTestLogger();
  const service = createService(checkedConfig(text, workshop.factories), {
    logger,
    clock: systemClock,
    version: '1.2.3',
  });
  return { service, lines, ...workshop };
}

describe('the service', () => {
  it('starts sinks first and stops sources first', async () => {
    const { service, journal } = prepare();
    await service.start();
    expect(journal).toEqual(['start sink', 'start gate', 'start helper', 'start source', 'start source/2']);
    expect(service.status().ready).toBe(true);
    journal.length = 0;
    await service.stop();
    expect(journal).toEqual(['stop source/2', 'stop source', 'stop helper', 'stop gate', 'stop sink']);
    expect(service.status().ready).toBe(false);
  });

  it('creates nothing that runs: before start nothing happened', () => {
    expect(prepare().journal).toEqual([]);
  });

  it('a start that fails stops everything that was started, the failed one too, and throws', async () => {
    const failure = new StartError('the port is in use', 'take another');
    const { service, journal } = prepare({
      source: {
        start: () => {
          throw failure;
        },
      },
    });
    await expect(service.start()).rejects.toBe(failure);
    expect(journal.slice(4)).toEqual(['stop source', 'stop helper', 'stop gate', 'stop sink']);
  });

  it('a component that does not stop in time is named, and the others are stopped', async () => {
    const { service, journal, lines } = prepare({ source: { stop: () => sleep(60_000, undefined, { ref: false }) } });
    await service.start();
    const before = performance.now();
    await service.stop();
    expect(performance.now() - before).toBeLessThan(2000);
    expect(journal.slice(5)).toEqual(['stop source/2', 'stop helper', 'stop gate', 'stop sink']);
    expect(lines().filter(line => line.level === 'warn')).toMatchObject([{ component: 'receivers.source' }]);
  });

  it('a component that fails to stop is named, and the others are stopped', async () => {
    const { service, journal, lines } = prepare({ helper: { stop: () => Promise.reject(new Error('broken pipe')) } });
    await service.start();
    await service.stop();
    expect(journal.slice(5)).toEqual(['stop source/2', 'stop source', 'stop gate', 'stop sink']);
    expect(lines().filter(line => line.level === 'error')).toMatchObject([{ component: 'extensions.helper' }]);
  });

  it('a stop during the start waits for the component under way and starts no other', async () => {
    const { service, journal } = prepare({ helper: { start: () => sleep(50) } });
    const started = service.start();
    await sleep(10);
    await service.stop();
    await started;
    expect(journal).toEqual(['start sink', 'start gate', 'start helper', 'stop helper', 'stop gate', 'stop sink']);
    expect(service.status().ready).toBe(false);
  });

  it('stopping twice stops once', async () => {
    const { service, journal } = prepare();
    await service.start();
    await Promise.all([service.stop(), service.stop()]);
    expect(journal).toHaveLength(10);
  });

  it('a receiver pushes through the processors of its own pipeline only', async () => {
    const { consumers, journal } = prepare();
    consumers.get('source')!.traces!.begin();
    consumers.get('source/2')!.traces!.begin();
    expect(journal).toEqual(['admit gate', 'begin', 'begin']);
    expect(consumers.get('source')!.logs).toBeUndefined();
  });

  it('gives receivers of events what takes records, behind the gates, and where they had come to', () => {
    const events = `${TEXT}    events: {receivers: [source], processors: [gate], exporters: [sink]}`;
    const { consumers, journal } = prepare({}, events);
    const { records, positions } = consumers.get('source')!;
    records!.admit!();
    sendRecords(records!, [recordOf({ topic: 'orders' })]);
    expect([...positions!('source')]).toEqual([]);
    expect(journal).toEqual(['admit gate', 'admit gate', 'begin', 'record orders', 'commit', 'positions source']);
    expect(consumers.get('source/2')!.records).toBeUndefined();
  });

  it('shows its pipelines and version in the status', () => {
    const status = prepare().service.status();
    expect(status.version).toBe('1.2.3');
    expect(status.pipelines.traces).toEqual({ receivers: ['source'], processors: ['gate'], exporters: ['sink'] });
  });
});
