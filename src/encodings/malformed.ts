/** The bytes are not what they claim to be. The sender must not retry them. */
export class MalformedError extends Error {
  override readonly name = 'MalformedError';
  /** A snake_case name to count by. */
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}
