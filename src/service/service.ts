/**
 * The service: one configuration's components, started sinks first and stopped sources first. A start that fails stops
 * everything again before it throws. A reload exchanges what another configuration wants otherwise; the connector, and
 * so the graph, stays.
 */
import type { Config, LoadResult } from '../config/load.ts';
import type { Clock } from '../contract/clock.ts';
import type { Connector, Listener, ReloadReport, ServiceStatus } from '../contract/component.ts';
import type { TopologyReader } from '../contract/graph-view.ts';
import { parseDuration } from '../lib/units.ts';
import { createSpanView } from '../normalize/conventions/slots.ts';
import type { RootLogger } from '../telemetry/logger.ts';
import type { RunningTracer } from '../telemetry/tracing/tracer.ts';
import { assemble, type BuildInput, type BuiltComponent } from './build.ts';
import { createHost } from './host.ts';
import { type Exchanged, exchange, type Running } from './reload/exchange.ts';
import { ReloadHistory } from './reload/history.ts';
import { onceQueued } from './reload/once-queued.ts';
import { reloadOnce } from './reload/reloader.ts';
import { stopComponents } from './stop.ts';

export interface ServiceOptions {
  readonly logger: RootLogger;
  readonly clock: Clock;
  readonly version: string;
  /** Left out: the service does not trace itself. */
  readonly tracer?: RunningTracer | undefined;
  /** The configuration again, for reloads; left out, there is nothing to read again. */
  readonly readAgain?: () => LoadResult;
  /** Another configuration is in force: for what is configured and is no component. */
  readonly onConfig?: (config: Config) => void;
}

/**
 * Work to be done before anything comes in, beside the recovery, which often waits for the disk.
 * @param taken see `Connector.recover`. @param signal the start is given up.
 */
export type Meanwhile = (taken: Promise<number>, signal: AbortSignal) => Promise<void>;

export interface Service {
  /** Throws a `StartError` for what the user can mend. */
  start(meanwhile?: Meanwhile): Promise<void>;
  /** Never rejects. Asked again while it works, it works once more. Resolves when what was given up has finished. */
  reload(): Promise<ReloadReport>;
  /** May be called more than once; resolves when everything is stopped or `shutdown_timeout` is over. */
  stop(): Promise<void>;
  status(): ServiceStatus;
  /** Also after `stop`, when everything is decided; undefined in a configuration without a graph. */
  topology(): TopologyReader | undefined;
  readonly listeners: readonly Listener[];
}

/** Creates every component; nothing listens yet. Throws a `StartError` likewise. */
export function createService(config: Config, options: ServiceOptions): Service {
  const { logger, clock, version, tracer } = options;
  const history = new ReloadHistory(clock.now());
  const { pipelines } = config.service;
  const configuration = () => history.status();
  const host = createHost({ version, startedAtMs: clock.now(), pipelines, configuration, tracer });
  host.metrics(() => history.samples());
  const build = (input: Pick<BuildInput, 'config' | 'kept' | 'running' | 'openScope'>) =>
    assemble({
      ...input,
      settingsFor: (path, id, scope) => ({ id, logger: logger.child({ component: path }), clock, host: scope.host }),
      createView: createSpanView,
    });
  let running: Running = { config, assembly: build({ config, openScope: host.openScope }) };
  for (const { section, component, scope } of running.assembly.order) {
    scope.show();
    if (section === 'connectors') host.setTopology((component as Connector).reader);
  }
  const touched: BuiltComponent[] = [];
  const giveUp = new AbortController();
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;
  let exchanging: Promise<unknown> | undefined;
  let draining: Promise<void> | undefined;

  const timeoutMs = () => parseDuration(running.config.service.shutdown_timeout);

  async function startAll(meanwhile: Meanwhile): Promise<void> {
    const { order } = running.assembly;
    // What takes longest begins first: it is to have a core before the other threads do.
    const taken = recoverAll();
    const starts = order.filter(({ section }) => section !== 'receivers').map(startOne);
    await allOrNone([...starts, taken, meanwhile(taken, giveUp.signal)]);
    for (const built of order) if (built.section === 'receivers') await startOne(built);
    host.setReady(stopping === undefined);
  }

  /** None of them is under way any more. The first that failed, in this order, is thrown; what can be is given up then. */
  async function allOrNone(work: readonly Promise<unknown>[]): Promise<void> {
    for (const one of work) one.catch(() => giveUp.abort());
    const results = await Promise.allSettled(work);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  async function recoverAll(): Promise<number> {
    let taken = 0;
    for (const { section, component } of running.assembly.order) {
      if (section === 'connectors') taken += (await (component as Connector).recover?.(giveUp.signal)) ?? 0;
    }
    return taken;
  }

  async function startOne(built: BuiltComponent): Promise<void> {
    if (stopping !== undefined) return;
    touched.push(built);
    await built.component.start();
  }

  async function stopAll(): Promise<void> {
    host.setReady(false);
    const began = performance.now();
    await draining;
    const components = draining === undefined ? touched : running.assembly.order;
    await stopComponents(components, Math.max(0, timeoutMs() - (performance.now() - began)), logger);
  }

  /** A component is never stopped while its start, or a reload, is under way. */
  async function stopOnceStarted(): Promise<void> {
    await starting?.catch(() => {});
    await exchanging;
    await stopAll();
  }

  async function start(meanwhile: Meanwhile = async () => {}): Promise<void> {
    starting ??= startAll(meanwhile);
    try {
      await starting;
    } catch (error) {
      stopping ??= stopAll();
      await stopping;
      throw error;
    }
  }

  function stop(): Promise<void> {
    giveUp.abort();
    stopping ??= stopOnceStarted();
    return stopping;
  }

  async function exchangeFor(next: Config): Promise<Exchanged> {
    const parts = { assemble: build, openScope: host.openScope, logger, timeoutMs: timeoutMs() };
    const work = exchange(running, next, parts);
    exchanging = work;
    const done = await work;
    running = done.running;
    draining = done.drained;
    host.setPipelines(running.config.service.pipelines);
    host.setReady(stopping === undefined && done.lost.length === 0);
    return done;
  }

  const reload = onceQueued(async (): Promise<ReloadReport> => {
    await starting?.catch(() => {});
    const { readAgain } = options;
    if (starting === undefined || stopping !== undefined || readAgain === undefined) {
      const why = readAgain === undefined ? 'has nothing to read again' : 'is not running';
      return { result: 'refused', problems: [`the service ${why}`], changed: [] };
    }
    const current = () => running.config;
    const report = await reloadOnce(readAgain, { logger, clock, history, current, exchange: exchangeFor });
    if (report.result === 'applied') options.onConfig?.(running.config);
    await draining;
    return report;
  });

  return {
    start,
    reload,
    stop,
    status: () => host.status(),
    topology: () => host.topology(),
    get listeners() {
      return host.listeners;
    },
  };
}
