/** Spans of the program about itself. Where tracing is off there is no tracer, so that its price is one comparison. */
export interface Tracer {
  /** Something that is over: recorded when it is in the sample, or when its caller's trace is. */
  record(work: TracedWork): void;
  /** Runs a step of the service's life as a span; what it is given is the `parent` of steps within. */
  phase<T>(name: string, step: (parent: string) => Promise<T>, parent?: string): Promise<T>;
}

export interface TracedWork {
  readonly name: string;
  /** The caller's `traceparent` header. */
  readonly parent: string | undefined;
  /** By `performance.now()`; it ends when it is recorded. */
  readonly beganMs: number;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** What went wrong on our side. */
  readonly failure?: string;
}
