/** One YAML text → a located tree, with every syntax problem at its line and column. */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLParseError,
} from 'yaml';
import { emptyMap, type Located, type LocatedEntry, type LocatedMap, type ScalarValue } from './located.ts';
import type { Position, ProblemList } from './problem.ts';

/** Aliases share nodes, so a few lines can unfold to billions: both limits are far above any real configuration. */
const MAX_NODES = 100_000;
const MAX_DEPTH = 64;

/** The root is a map, empty for an empty text or one with problems. */
export function readYaml(source: string, text: string, problems: ProblemList): LocatedMap {
  const root = readYamlValue(source, text, problems);
  if (root.kind === 'map') return root;
  if (root.kind === 'scalar' && root.value === null) return emptyMap(root.at);
  problems.error(
    root.at,
    [],
    'the file must hold a map of sections; write receivers:, connectors:, service: and so on',
  );
  return emptyMap(root.at);
}

function readYamlValue(source: string, text: string, problems: ProblemList): Located {
  const lines = new LineCounter();
  const doc = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true });
  const place = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { source, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  for (const error of withoutFollowing(doc.errors)) {
    const message = findUnquoted(text, error.pos[0]) ?? yamlMessage(error.code, error.message);
    problems.error(place(error.pos[0]), [], message);
  }
  if (doc.errors.length > 0 || doc.contents === null) {
    return { kind: 'scalar', at: { source, line: 1, column: 1 }, value: null, plain: true };
  }
  return convert(doc.contents, { resolve: createResolver(doc), place, problems });
}

/** What YAML takes for a list or a map, though it was meant as a text: said by what stands around the stumbling place. */
function findUnquoted(text: string, at: number): string | undefined {
  if (text[at - 1] === '$') return `not valid YAML: put "\${…}" in quotes within { } and [ ]`;
  if (!/\[[0-9a-f:.]+\]$/i.test(text.slice(Math.max(0, at - MAX_ADDRESS), at)) || text[at] !== ':') return undefined;
  return "not valid YAML: put an address with brackets in quotes, such as '[::1]:4317'";
}

/** Characters of the longest IPv6 address, with its brackets. */
const MAX_ADDRESS = 47;

/** One slip makes the parser stumble many times after it: only the first of those is told. */
function withoutFollowing(errors: readonly YAMLParseError[]): readonly YAMLParseError[] {
  const syntax = errors.find(error => error.code !== 'DUPLICATE_KEY');
  return errors.filter(error => error === syntax || error.code === 'DUPLICATE_KEY');
}

function yamlMessage(code: string, message: string): string {
  if (code === 'DUPLICATE_KEY') return 'this key is there twice; keep one of the two';
  if (code === 'MULTIPLE_DOCS') return 'a file holds one document; put the part after --- into a file of its own';
  return `not valid YAML: ${message}`;
}

/** Each alias is looked up once: a look-up goes through the whole document. */
function createResolver(doc: Document): Conversion['resolve'] {
  const found = new Map<Alias, Node | undefined>();
  return node => {
    if (!isAlias(node)) return node;
    if (!found.has(node)) found.set(node, node.resolve(doc));
    return found.get(node);
  };
}

interface Conversion {
  resolve(node: Node): Node | undefined;
  place(offset: number): Position;
  readonly problems: ProblemList;
}

function convert(root: Node, { resolve, place, problems }: Conversion): Located {
  let nodes = 0;
  const nothing = (at: Position): Located => ({ kind: 'scalar', at, value: null, plain: true });

  function visit(given: Node | null, fallback: Position, depth: number): Located {
    const at = given?.range ? place(given.range[0]) : fallback;
    if (given === null) return nothing(at);
    if (++nodes > MAX_NODES || depth > MAX_DEPTH) {
      if (nodes <= MAX_NODES + 1) problems.error(at, [], 'nested too deeply, or aliases unfold without end');
      nodes = MAX_NODES + 1;
      return nothing(at);
    }
    const node = resolve(given);
    if (isMap(node)) return { kind: 'map', at, entries: mapEntries(node.items, at, depth) };
    if (isSeq(node))
      return { kind: 'list', at, items: node.items.map(item => visit(item as Node | null, at, depth + 1)) };
    if (node === undefined) problems.error(at, [], noAnchor(given as Alias));
    if (!isScalar(node)) return nothing(at);
    return { kind: 'scalar', at, value: scalarOf(node.value), plain: node.type === 'PLAIN' };
  }

  function mapEntries(items: readonly { key: unknown; value: unknown }[], mapAt: Position, depth: number) {
    const entries = new Map<string, LocatedEntry>();
    const merged: LocatedMap[] = [];
    for (const { key, value } of items) {
      const keyNode = key as Node | null;
      const keyAt = keyNode?.range ? place(keyNode.range[0]) : mapAt;
      if (!isScalar(keyNode)) {
        problems.error(keyAt, [], 'a key must be a text');
        continue;
      }
      const name = String(keyNode.value);
      const found = visit(value as Node | null, keyAt, depth + 1);
      if (name === '<<' && keyNode.type === 'PLAIN') merged.push(...mapsOf(found, keyAt));
      else entries.set(name, { key: name, keyAt, value: found });
    }
    for (const map of merged) addMissing(entries, map);
    return entries;
  }

  /** What `<<` puts in. */
  function mapsOf(value: Located, keyAt: Position): readonly LocatedMap[] {
    const found = value.kind === 'list' ? value.items : [value];
    if (found.every(one => one.kind === 'map')) return found;
    problems.error(keyAt, [], "'<<' takes a map or a list of maps; write <<: *name");
    return [];
  }

  return visit(root, place(0), 0);
}

function noAnchor({ source }: Alias): string {
  return `no anchor '&${source}' stands before this alias; give it one, or write the value itself`;
}

function addMissing(entries: Map<string, LocatedEntry>, map: LocatedMap): void {
  for (const [key, entry] of map.entries) if (!entries.has(key)) entries.set(key, entry);
}

function scalarOf(value: unknown): ScalarValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  return String(value);
}

/** An unquoted YAML scalar's value: `8484` is a number, `true` a boolean, `~` or nothing null, the rest text. */
export function readScalar(text: string): ScalarValue {
  const doc = parseDocument(text, { prettyErrors: false });
  if (doc.errors.length > 0 || (doc.contents !== null && !isScalar(doc.contents))) return text;
  return doc.contents === null ? null : scalarOf(doc.contents.value);
}

/** The YAML value of a `--set` argument, every part of it placed at the argument itself. */
export function readSetValue(source: string, text: string, problems: ProblemList): Located {
  const found = readYamlValue(source, text, problems);
  return placeAll(found, { source, line: 0, column: 0 });
}

function placeAll(value: Located, at: Position): Located {
  if (value.kind === 'scalar') return { ...value, at };
  if (value.kind === 'list') return { ...value, at, items: value.items.map(item => placeAll(item, at)) };
  const entries = [...value.entries.values()].map(
    entry => [entry.key, { ...entry, keyAt: at, value: placeAll(entry.value, at) }] as const,
  );
  return { kind: 'map', at, entries: new Map(entries) };
}
