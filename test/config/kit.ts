/** Loads configuration texts as the program does, with the real component list, and gives the problems as lines. */
import { type LoadResult, loadConfig } from '../../src/config/load.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { componentFactories } from '../../src/service/components.ts';

export interface LoadOptions {
  readonly sets?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly complete?: boolean;
}

export function load(texts: string | readonly string[], options: LoadOptions = {}): LoadResult {
  const { sets = [], env = {}, files = {}, complete = true } = options;
  const all = typeof texts === 'string' ? [texts] : texts;
  const sources = all.map((text, i) => ({ name: i === 0 ? 'a.yaml' : `${'abc'[i]}.yaml`, text }));
  const readFile = (path: string): string => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return text;
  };
  return loadConfig({ sources, sets, env, readFile, factories: componentFactories, complete });
}

export function problemLines(result: LoadResult): string[] {
  return result.problems.map(formatProblem);
}

/** A whole configuration in which one part can be replaced. */
export function wholeConfig(parts: { readonly head?: string; readonly service?: string } = {}): string {
  const { head = 'receivers: {otlp: {protocols: {http: }}}\nconnectors: {topology: }', service } = parts;
  return `${head}\nservice:\n${service ?? '  pipelines: {traces: {receivers: [otlp], exporters: [topology]}}'}\n`;
}
