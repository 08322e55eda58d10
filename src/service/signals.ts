/**
 * SIGTERM and SIGINT ask for an orderly end, once; a second one ends the process at once. SIGHUP asks for a reload; one
 * that comes before there is anything to reload is kept until then.
 */

const NUMBERS = { SIGTERM: 15, SIGINT: 2 } as const;

export interface SignalWatch {
  /** Resolves at the first signal that asks for an end. */
  readonly end: Promise<NodeJS.Signals>;
  /** Called at every SIGHUP from now on, and now if one came before. */
  onReload(reload: () => void): void;
  /** SIGHUP must not end a process that is stopping either: the handler of the program's first lines stays. */
  release(): void;
}

export function watchSignals(): SignalWatch {
  let asked = false;
  let isReloadDue = false;
  let reload = () => {
    isReloadDue = true;
  };
  let resolveEnd: (signal: NodeJS.Signals) => void = () => {};
  const end = new Promise<NodeJS.Signals>(resolve => {
    resolveEnd = resolve;
  });
  const onEnd = (signal: NodeJS.Signals) => {
    if (asked) process.exit(128 + NUMBERS[signal as keyof typeof NUMBERS]);
    asked = true;
    resolveEnd(signal);
  };
  const onHangup = () => reload();
  process.on('SIGTERM', onEnd).on('SIGINT', onEnd).on('SIGHUP', onHangup);
  return {
    end,
    onReload(asked) {
      reload = asked;
      if (isReloadDue) reload();
    },
    release: () => void process.off('SIGTERM', onEnd).off('SIGINT', onEnd).off('SIGHUP', onHangup),
  };
}
