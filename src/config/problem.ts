/** One thing that is wrong with a configuration: where, what, and what would be right. */

export interface Position {
  /** A file's name, or the `--set` argument itself. */
  readonly source: string;
  /** From 1; 0 for a source without lines. */
  readonly line: number;
  readonly column: number;
}

export type Path = readonly (string | number)[];

export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly at: Position;
  readonly path: Path;
  /** What is wrong; after `; `, what would be right. */
  readonly message: string;
}

/** Collects problems; checks go on after each, so that one run shows them all. */
export interface ProblemList {
  error(at: Position, path: Path, message: string): void;
  warn(at: Position, path: Path, message: string): void;
  readonly all: readonly Problem[];
}

export function createProblemList(): ProblemList {
  const all: Problem[] = [];
  return {
    all,
    error: (at, path, message) => void all.push({ severity: 'error', at, path, message }),
    warn: (at, path, message) => void all.push({ severity: 'warning', at, path, message }),
  };
}

/** `receivers.kafka/cdc.topics[0]` */
export function formatPath(path: Path): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('');
}

/** `file:line:column: path: message`, with `warning:` before a warning's message. */
export function formatProblem(problem: Problem): string {
  const { source, line, column } = problem.at;
  const place = line === 0 ? source : `${source}:${line}:${column}`;
  const path = formatPath(problem.path);
  const mark = problem.severity === 'warning' ? 'warning: ' : '';
  return `${place}: ${path === '' ? '' : `${path}: `}${mark}${problem.message}`;
}

/** By source as given, then line and column. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  const order = new Map([...new Set(problems.map(p => p.at.source))].map((source, i) => [source, i]));
  return [...problems].sort(
    (a, b) => order.get(a.at.source)! - order.get(b.at.source)! || a.at.line - b.at.line || a.at.column - b.at.column,
  );
}
