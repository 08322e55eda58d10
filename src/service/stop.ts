/** Stops components one after the other, the last started first, within one deadline for all. */
import type { Logger } from '../contract/logger.ts';
import type { BuiltComponent } from './build.ts';

/** What a component still gets when the time of all is used up. */
const LEAST_MS = 100;

/** Never throws: a component that fails or does not finish is named in the log, and the next one is stopped. */
export async function stopComponents(
  started: readonly BuiltComponent[],
  timeoutMs: number,
  logger: Logger,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (const { path, component } of [...started].reverse()) {
    const remaining = Math.max(LEAST_MS, deadline - performance.now());
    try {
      const finished = await withinMs(remaining, async () => component.stop());
      if (!finished) logger.warn({ component: path, timeoutMs }, 'did not stop in time; what it still held is lost');
    } catch (error) {
      logger.error({ component: path, error }, 'failed to stop');
    }
  }
}

/** False when the time is up first. */
async function withinMs(ms: number, work: () => Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<false>(resolve => {
    timer = setTimeout(resolve, ms, false);
  });
  try {
    return await Promise.race([work().then(() => true), timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
