/** `serve`: configuration → running service until a signal; answers with the exit code. */
import type { Config, LoadResult } from '../config/load.ts';
import { formatProblem, type Problem } from '../config/problem.ts';
import { typeOfId } from '../config/sections.ts';
import { systemClock } from '../contract/clock.ts';
import { StartError } from '../contract/component.ts';
import { createLogger, type RootLogger } from '../telemetry/logger.ts';
import { createSwitchableLogger } from '../telemetry/switchable-logger.ts';
import { createTracer } from '../telemetry/tracing/tracer.ts';
import { announce } from './announcement.ts';
import { findBusyPorts } from './busy-ports.ts';
import { createService, type Service, type ServiceOptions } from './service.ts';
import { watchSignals } from './signals.ts';
import { describeStartFailure } from './start-failure.ts';
import { VERSION } from './version.ts';
import { warmUp } from './warm-up/warm-up.ts';

/** How long an end waits for the spans of the program about itself. */
const TRACES_MS = 3000;

export interface ServeOutput {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

export interface ServeOptions {
  /** What the check of the configuration wants said. */
  readonly warnings: readonly Problem[];
  /** The same files and `--set` arguments, as they are by then. */
  readonly readAgain: () => LoadResult;
  readonly output: ServeOutput;
}

export async function runService(config: Config, { warnings, readAgain, output }: ServeOptions): Promise<number> {
  const { logs, traces } = config.service.telemetry;
  const logger = createSwitchableLogger(createLogger(logs, output.stderr));
  const onConfig = ({ service: { telemetry } }: Config) => logger.switchTo(createLogger(telemetry.logs, output.stderr));
  for (const warning of warnings) logger.warn({}, formatProblem(warning));
  const signals = watchSignals();
  const tracer = await createTracer(traces, VERSION, logger);
  const phase = <T>(name: string, step: () => Promise<T>) => tracer?.phase(name, step) ?? step();
  const options = { logger, clock: systemClock, version: VERSION, tracer, readAgain, onConfig };
  try {
    const service = await phase('start', () => startService(config, options));
    sayReady(service, config, logger, output);
    signals.onReload(() => void phase('reload', () => service.reload()));
    const signal = await signals.end;
    logger.info({ signal }, 'stopping: what was accepted is finished first; a second signal ends at once');
    await phase('stop', () => service.stop());
    logger.info({}, 'stopped');
    return 0;
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    output.stderr.write(describeStartFailure(error, await findBusyPorts(config)));
    return 1;
  } finally {
    await tracer?.stop(TRACES_MS);
    signals.release();
  }
}

async function startService(config: Config, options: ServiceOptions): Promise<Service> {
  const service = createService(config, options);
  await service.start((taken, signal) => warmUp(options.logger, taken, signal));
  return service;
}

/** One log line with every bound address for programs; the same in a readable form where people read the log. */
function sayReady(service: Service, config: Config, logger: RootLogger, output: ServeOutput): void {
  const { listeners } = service;
  logger.info({ version: VERSION, listeners }, 'ready');
  if (config.service.telemetry.logs.encoding !== 'console') return;
  const apiIds = config.service.extensions.filter(id => typeOfId(id) === 'http_api');
  output.stdout.write(announce({ version: VERSION, listeners, apiIds }));
}
