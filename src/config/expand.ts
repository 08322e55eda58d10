/**
 * `${env:NAME}`, `${env:NAME:-default}`, `${file:PATH}` and `$$` in scalars. A value never becomes structure: what an
 * unquoted scalar expands to is read as a YAML scalar, what a quoted one expands to stays text.
 */
import { type Located, type LocatedScalar, plainValue } from './located.ts';
import type { Path, ProblemList } from './problem.ts';
import { readScalar } from './read-yaml.ts';

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A file's text; throws when it cannot be read. */
  readFile(path: string): string;
}

export function expand(root: Located, around: Surroundings, problems: ProblemList): Located {
  function visit(value: Located, path: Path): Located {
    if (value.kind === 'scalar') return expandScalar(value, path, around, problems);
    if (value.kind === 'list') return { ...value, items: value.items.map((item, i) => visit(item, [...path, i])) };
    const entries = [...value.entries].map(
      ([key, entry]) => [key, { ...entry, value: visit(entry.value, [...path, key]) }] as const,
    );
    return { ...value, entries: new Map(entries) };
  }
  return visit(root, []);
}

function expandScalar(scalar: LocatedScalar, path: Path, around: Surroundings, problems: ProblemList): LocatedScalar {
  const written = plainValue(scalar);
  if (typeof written !== 'string' || !written.includes('$')) return scalar;
  let expansions = 0;
  const before = problems.all.length;
  const text = written.replace(/\$\$|\$\{([^}]*)(\}?)/g, (match, inside: string | undefined, end: string) => {
    if (inside === undefined) return '$';
    expansions++;
    if (end === '') {
      problems.error(scalar.at, path, `'${match}' is not closed; write \${env:NAME}, or $$ for a dollar`);
      return '';
    }
    const found = lookUp(inside, around);
    if (typeof found === 'string') return found;
    problems.error(scalar.at, path, found.problem);
    return '';
  });
  if (problems.all.length > before) return { ...scalar, broken: true };
  if (expansions === 0) return { ...scalar, value: text };
  return { ...scalar, value: scalar.plain ? readScalar(text) : text, expanded: text };
}

function lookUp(inside: string, around: Surroundings): string | { readonly problem: string } {
  const [, scheme, rest] = /^(?:(\w+):)?(.*)$/s.exec(inside)!;
  if (scheme === 'env') return lookUpVariable(rest!, around.env);
  if (scheme === 'file') return lookUpFile(rest!, around);
  const text = scheme === undefined ? `'\${${inside}}' names no source` : `'${scheme}' is no source of values`;
  const name = scheme === undefined && /^\w+$/.test(inside) ? inside : 'NAME';
  return { problem: `${text}; write \${env:${name}} or \${file:PATH}, or $$ for a dollar` };
}

function lookUpVariable(reference: string, env: Surroundings['env']): string | { readonly problem: string } {
  const split = reference.indexOf(':-');
  const name = split < 0 ? reference : reference.slice(0, split);
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    return { problem: `'${name}' is no name of a variable; write \${env:NAME} with letters, digits and _` };
  }
  const value = env[name];
  if (split >= 0) return value === undefined || value === '' ? reference.slice(split + 2) : value;
  if (value !== undefined) return value;
  return { problem: `the environment variable ${name} is not set; set it, or give a default: \${env:${name}:-value}` };
}

function lookUpFile(path: string, around: Surroundings): string | { readonly problem: string } {
  try {
    return around.readFile(path).replace(/\r?\n$/, '');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    return { problem: `cannot read '${path}' (${code}); name a file that this user can read` };
  }
}
