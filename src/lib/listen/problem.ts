/** What is wrong with the options of a listener, beyond what their schema says: found by a check, or at the start. */

export interface ListenProblem {
  /** Below the listener's options, e.g. `['tls', 'cert_file']`. */
  readonly path: readonly (string | number)[];
  /** What is wrong and what would be right; never holds a secret. */
  readonly message: string;
  /** A warning lets the listener start. */
  readonly severity: 'error' | 'warning';
}

/** A listener that cannot start because of its options; the user's to mend. */
export class ListenOptionError extends Error {
  override readonly name = 'ListenOptionError';
  readonly problem: ListenProblem;

  constructor(problem: ListenProblem) {
    super(`${problem.path.join('.')}: ${problem.message}`);
    this.problem = problem;
  }
}

/** Throws the first error among the problems. */
export function throwFirstError(problems: readonly ListenProblem[]): void {
  const first = problems.find(problem => problem.severity === 'error');
  if (first !== undefined) throw new ListenOptionError(first);
}

/** The same problems seen from `prefix` further up. */
export function below(prefix: readonly (string | number)[], problems: readonly ListenProblem[]): ListenProblem[] {
  return problems.map(problem => ({ ...problem, path: [...prefix, ...problem.path] }));
}
