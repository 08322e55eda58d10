/**
 * The service: one configuration's components, started sinks first and stopped sources first. A start that fails stops
 * everything again before it throws.
 */
import type { Config } from '../config/load.ts';
import type { Clock } from '../contract/clock.ts';
import type { Listener, ServiceStatus, Settings } from '../contract/component.ts';
import type { TopologyReader } from '../contract/graph-view.ts';
import { parseDuration } from '../lib/units.ts';
import { createSpanView } from '../normalize/conventions/slots.ts';
import type { RootLogger } from '../telemetry/logger.ts';
import { type BuiltComponent, buildComponents } from './build.ts';
import { createHost } from './host.ts';
import { stopComponents } from './stop.ts';

export interface ServiceOptions {
  readonly logger: RootLogger;
  readonly clock: Clock;
  readonly version: string;
}

export interface Service {
  /** Throws a `StartError` for what the user can mend. */
  start(): Promise<void>;
  /** May be called more than once; resolves when everything is stopped or `shutdown_timeout` is over. */
  stop(): Promise<void>;
  status(): ServiceStatus;
  /** Also after `stop`, when everything is decided; undefined in a configuration without a graph. */
  topology(): TopologyReader | undefined;
  readonly listeners: readonly Listener[];
}

/** Creates every component; nothing listens yet. Throws a `StartError` likewise. */
export function createService(config: Config, { logger, clock, version }: ServiceOptions): Service {
  const pipelines: ServiceStatus['pipelines'] = config.service.pipelines;
  const host = createHost({ version, startedAtMs: clock.now(), pipelines });
  const settingsFor = (path: string, id: string): Settings => ({
    id,
    logger: logger.child({ component: path }),
    clock,
    host,
  });
  const components = buildComponents({
    config,
    settingsFor,
    connected: connector => host.setTopology(connector.reader),
    createView: createSpanView,
  });
  const timeoutMs = parseDuration(config.service.shutdown_timeout);
  const touched: BuiltComponent[] = [];
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;

  async function startAll(): Promise<void> {
    for (const built of components) {
      if (stopping !== undefined) return;
      touched.push(built);
      await built.component.start();
    }
    host.setReady(true);
  }

  async function stopAll(): Promise<void> {
    host.setReady(false);
    await stopComponents(touched, timeoutMs, logger);
  }

  /** A component is never stopped while its start is under way. */
  async function stopOnceStarted(): Promise<void> {
    await starting?.catch(() => {});
    await stopAll();
  }

  async function start(): Promise<void> {
    starting ??= startAll();
    try {
      await starting;
    } catch (error) {
      stopping ??= stopAll();
      await stopping;
      throw error;
    }
  }

  function stop(): Promise<void> {
    stopping ??= stopOnceStarted();
    return stopping;
  }

  return { start, stop, status: () => host.status(), topology: () => host.topology(), listeners: host.listeners };
}
