/** SIGTERM and SIGINT ask for an orderly end, once; a second one ends the process at once. SIGHUP is only answered. */
import type { Logger } from '../contract/logger.ts';

const NUMBERS = { SIGTERM: 15, SIGINT: 2 } as const;

export interface SignalWatch {
  /** Resolves at the first signal that asks for an end. */
  readonly end: Promise<NodeJS.Signals>;
  release(): void;
}

export function watchSignals(logger: Logger): SignalWatch {
  let asked = false;
  let resolveEnd: (signal: NodeJS.Signals) => void = () => {};
  const end = new Promise<NodeJS.Signals>(resolve => {
    resolveEnd = resolve;
  });
  const onEnd = (signal: NodeJS.Signals) => {
    if (asked) process.exit(128 + NUMBERS[signal as keyof typeof NUMBERS]);
    asked = true;
    resolveEnd(signal);
  };
  const onReload = () =>
    logger.warn({}, 'reload is not supported; restart the service to read its configuration again');
  process.on('SIGTERM', onEnd).on('SIGINT', onEnd).on('SIGHUP', onReload);
  return {
    end,
    release: () => void process.off('SIGTERM', onEnd).off('SIGINT', onEnd).off('SIGHUP', onReload),
  };
}
