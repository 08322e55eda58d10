/** Tells the operator of requests that were not taken: from whom, and the reason their sender was given. */
import type { Logger } from '../../contract/logger.ts';
import type { Tracer } from '../../contract/tracer.ts';
import { RepeatedLog } from '../../telemetry/repeated-log.ts';
import type { Answer } from './answer.ts';
import type { Protocol } from './protocol.ts';

export class RequestLog {
  /** Undefined where the program does not trace itself. */
  readonly tracer: Tracer | undefined;
  private readonly speaks: string;
  private readonly log: RepeatedLog;

  /** @param speaks what requests are of, e.g. `OTLP`. */
  constructor(speaks: string, logger: Logger, tracer: Tracer | undefined) {
    this.speaks = speaks;
    this.tracer = tracer;
    this.log = new RepeatedLog(logger);
  }

  /** `sender`: its address without the port. Not for requests that were taken whole. */
  declined(protocol: Protocol, sender: string | undefined, { outcome, message }: Answer): void {
    // A failure is told where it happens; who went away was not declined.
    if (outcome === 'failed' || outcome === 'aborted') return;
    const level = outcome === 'partial' ? 'info' : 'warn';
    const what = outcome === 'partial' ? 'taken in part' : `not taken (${outcome})`;
    this.log.say({
      level,
      kind: `${protocol} ${outcome}`,
      sender: sender ?? 'unknown',
      fields: { protocol, outcome },
      message: `${this.speaks} request ${what}: ${message}`,
    });
  }

  /** A fault of the program itself. */
  failed(error: unknown): void {
    const { message } = error as Error;
    this.log.say({
      level: 'error',
      kind: 'failed',
      sender: message,
      fields: { error },
      message: 'a request could not be processed',
    });
  }

  stop(): void {
    this.log.flush();
  }
}
