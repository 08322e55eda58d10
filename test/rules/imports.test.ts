/** A step knows the types on its arrows, not its neighbours: who may import whom, and other promises of the layout. */
import { describe, expect, test } from 'vitest';
import { folderOf, type Import, importsOf, readSourceFiles } from './source-files.ts';

const MAX_LINES = 400;
const STEP = ['contract', 'lib', 'telemetry'];

/** Folder → the other folders it may import from. */
const ALLOWED: Readonly<Record<string, readonly string[] | 'everything'>> = {
  '': ['service'],
  contract: [],
  lib: [],
  telemetry: ['contract', 'lib'],
  config: STEP,
  encodings: STEP,
  normalize: STEP,
  correlate: STEP,
  graph: STEP,
  processors: STEP,
  storage: STEP,
  receivers: [...STEP, 'encodings'],
  exporters: STEP,
  query: [...STEP, 'graph'],
  api: [...STEP, 'query'],
  cli: [...STEP, 'query'],
  service: 'everything',
};

const files = readSourceFiles();
const imports = files.flatMap(importsOf);

function outOfLine(all: readonly Import[]): string[] {
  const crossing = all.filter(one => !one.isPackage && folderOf(one.from) !== folderOf(one.to));
  return crossing.filter(one => !mayImport(folderOf(one.from), folderOf(one.to))).map(one => `${one.from} → ${one.to}`);
}

function mayImport(from: string, to: string): boolean {
  const allowed = ALLOWED[from];
  return allowed === 'everything' || (allowed?.includes(to) ?? false);
}

/** Folders of a cycle, the first again at the end; undefined when there is none. */
function findCycle(all: readonly Import[]): readonly string[] | undefined {
  const next = new Map<string, Set<string>>();
  for (const { from, to, isPackage } of all) {
    if (isPackage || folderOf(from) === folderOf(to)) continue;
    next.set(folderOf(from), (next.get(folderOf(from)) ?? new Set()).add(folderOf(to)));
  }
  const done = new Set<string>();
  const walk = (folder: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(folder)) return [...way.slice(way.indexOf(folder)), folder];
    if (done.has(folder)) return undefined;
    for (const other of next.get(folder) ?? []) {
      const cycle = walk(other, [...way, folder]);
      if (cycle !== undefined) return cycle;
    }
    done.add(folder);
    return undefined;
  };
  return [...next.keys()].map(folder => walk(folder, [])).find(cycle => cycle !== undefined);
}

describe('imports', () => {
  test('are found in every form', () => {
    const text = [
      "import { a } from '../lib/a.ts';",
      "import type { B } from 'typebox';",
      "import {\n  c,\n  type D,\n} from '../graph/c.ts';",
      "export * from './d.ts';",
      "import '../query/e.ts';",
      "const f = await import('../api/f.ts');",
    ].join('\n');
    const found = importsOf({ path: 'cli/x.ts', text });
    expect(found.map(one => one.to)).toEqual([
      'lib/a.ts',
      'typebox',
      'graph/c.ts',
      'cli/d.ts',
      'query/e.ts',
      'api/f.ts',
    ]);
    expect(found.map(one => one.isTypeOnly)).toEqual([false, true, false, false, false, false]);
  });

  test('that leave the table are noticed', () => {
    const bad = importsOf({ path: 'correlate/x.ts', text: "import { a } from '../graph/store.ts';" });
    expect(outOfLine(bad)).toEqual(['correlate/x.ts → graph/store.ts']);
    const back = importsOf({ path: 'graph/y.ts', text: "import type { b } from '../correlate/x.ts';" });
    expect(findCycle([...bad, ...back])).toEqual(['correlate', 'graph', 'correlate']);
  });

  test('stay within the table of folders', () => {
    expect(imports.length).toBeGreaterThan(100);
    expect(outOfLine(imports)).toEqual([]);
  });

  test('come from folders the table knows', () => {
    expect([...new Set(files.map(file => folderOf(file.path)))].filter(folder => !(folder in ALLOWED))).toEqual([]);
  });

  test('make no cycle between folders', () => {
    expect(findCycle(imports)).toBeUndefined();
  });

  test('of packages by the contract are types only', () => {
    const values = imports.filter(one => one.isPackage && !one.isTypeOnly && folderOf(one.from) === 'contract');
    expect(values.map(one => `${one.from} → ${one.to}`)).toEqual([]);
  });

  test('of the library for Kafka end where Kafka is spoken', () => {
    const users = imports.filter(one => /^kafkajs(\/|$)/.test(one.to)).map(one => one.from);
    expect(users.filter(from => !/^(receivers|exporters|lib)\/kafka\//.test(from))).toEqual([]);
    expect(users.length).toBeGreaterThan(0);
  });

  test('of wire formats end in encodings and receivers', () => {
    const codecs = ['protobufjs', '@grpc/grpc-js', '@grpc/proto-loader'];
    const users = imports.filter(one => codecs.includes(one.to)).map(one => folderOf(one.from));
    expect([...new Set(users)].filter(folder => folder !== 'encodings' && folder !== 'receivers')).toEqual([]);
  });
});

describe('files', () => {
  test('have no default export', () => {
    expect(files.filter(file => /^export default\b|\bas default\b/m.test(file.text)).map(file => file.path)).toEqual(
      [],
    );
  });

  test(`have at most ${MAX_LINES} lines`, () => {
    const long = files.filter(file => file.text.split('\n').length - 1 > MAX_LINES);
    expect(long.map(file => file.path)).toEqual([]);
  });

  test('open by saying what they are', () => {
    const silent = files.filter(file => !/^(#!.*\n)?\/\*\*/.test(file.text));
    expect(silent.map(file => file.path)).toEqual([]);
  });
});
