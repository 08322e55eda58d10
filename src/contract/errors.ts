/**
 * Why a push was refused. Receivers map them to their protocol's answers in one place:
 * retryable → 503 / UNAVAILABLE with a delay, permanent → 400 / INVALID_ARGUMENT.
 */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';
}

export class RetryableError extends Error {
  override readonly name = 'RetryableError';
  /** Seconds after which the sender should try again. */
  readonly retryAfterSeconds: number;

  constructor(message: string, retryAfterSeconds: number) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
