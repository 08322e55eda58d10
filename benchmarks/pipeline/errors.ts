/** Errors that are told in a line, without a stack trace. */

/** The command was used wrongly; the message says what would be right. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A run could not be finished, for a reason outside of the benchmark: a server that ended, a graph that is none. */
export class RunError extends Error {
  override readonly name = 'RunError';
}
