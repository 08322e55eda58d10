/**
 * Nodes, series (edges) and words by numbers of history's own, from 0: those of the graph begin anew when it does. And
 * when they were first seen.
 */
import type { NodeIdentity } from '../../contract/increments.ts';
import { CHUNK, CHUNK_BITS, WORDS_END } from './count-sums.ts';
import type { HistoryTables } from './tables.ts';

const OTHER_WORDS = ['v(other)', 'g(other)'] as const;
const KINDS = 16;
const NODES_END = 2 ** 22;

export interface Ends {
  readonly kind: number;
  readonly source: number;
  readonly target: number;
}

/** Chunks of nodes are below zero. */
export function chunkOfNode(node: number): number {
  return -1 - (node >> CHUNK_BITS);
}

/** All that is in the table, as one value: very many rows, one by one, take many times as long. */
const SERIES = `SELECT json_group_array((source * ${NODES_END} + target) * ${KINDS} + kind ORDER BY id) AS keys FROM series`;

export class HistoryNames {
  /** As JSON texts. */
  readonly nodes: string[] = [];
  /** See `endsOf`. */
  series: number[] = [];
  readonly words: string[] = [];
  private readonly tables: HistoryTables;
  private readonly nodeNumbers = new Map<string, number>();
  /** Undefined until it is asked for. */
  private seriesNumbers: Map<number, number> | undefined;
  private readonly wordNumbers = new Map<string, number>();
  private readonly firsts = new Map<number, Float64Array<ArrayBuffer>>();
  private readonly changedFirsts = new Set<number>();

  constructor(tables: HistoryTables) {
    this.tables = tables;
    this.load();
  }

  /** What the tables have. */
  load(): void {
    for (const list of [this.nodes, this.words]) list.length = 0;
    for (const map of [this.nodeNumbers, this.wordNumbers, this.firsts]) map.clear();
    this.seriesNumbers = undefined;
    this.changedFirsts.clear();
    for (const row of this.tables.all('SELECT identity FROM node ORDER BY id')) {
      this.knowNode((row as { identity: string }).identity);
    }
    this.series = JSON.parse((this.tables.get(SERIES) as { keys: string }).keys) as number[];
    for (const row of this.tables.all('SELECT text FROM word ORDER BY id'))
      this.knowWord((row as { text: string }).text);
    for (const row of this.tables.all('SELECT chunk, data FROM firsts')) {
      const { chunk, data } = row as { chunk: number; data: Uint8Array };
      this.firsts.set(chunk, new Float64Array(data.slice().buffer));
    }
  }

  /** Within a transaction, as all that follows. */
  node({ kind, environment, parts, id, overflow }: NodeIdentity): number {
    const text = JSON.stringify({ kind, environment, parts, id, overflow });
    const known = this.nodeNumbers.get(text);
    if (known !== undefined) return known;
    this.tables.run('INSERT INTO node VALUES (?, ?)', this.nodes.length, text);
    return this.knowNode(text);
  }

  seriesOf(ends: Ends): number {
    this.seriesNumbers ??= new Map(this.series.map((key, n) => [key, n]));
    const key = keyOf(ends);
    const known = this.seriesNumbers.get(key);
    if (known !== undefined) return known;
    const { kind, source, target } = ends;
    this.tables.run('INSERT INTO series VALUES (?, ?, ?, ?)', this.series.length, kind, source, target);
    this.seriesNumbers.set(key, this.series.length);
    return this.series.push(key) - 1;
  }

  /** Those that find no place any more are one. */
  word(text: string): number {
    if (this.words.length === 0) for (const other of OTHER_WORDS) this.addWord(other);
    const known = this.wordNumbers.get(text);
    if (known !== undefined) return known;
    return this.words.length < WORDS_END ? this.addWord(text) : text.startsWith('v') ? 0 : 1;
  }

  see(chunk: number, place: number, first: number): void {
    const firsts = this.firstsOf(chunk);
    if (firsts[place]! <= first) return;
    firsts[place] = first;
    this.changedFirsts.add(chunk);
  }

  /** First times of a chunk by place, µs, infinite where there are none. */
  firstsOf(chunk: number): Float64Array {
    let firsts = this.firsts.get(chunk);
    if (firsts === undefined) {
      firsts = new Float64Array(CHUNK).fill(Number.POSITIVE_INFINITY);
      this.firsts.set(chunk, firsts);
    }
    return firsts;
  }

  writeFirsts(): void {
    for (const chunk of this.changedFirsts) {
      this.tables.run(
        'INSERT OR REPLACE INTO firsts VALUES (?, ?)',
        chunk,
        new Uint8Array(this.firsts.get(chunk)!.buffer),
      );
    }
    this.changedFirsts.clear();
  }

  /** Numbers of the series for which it is so; ids are those of the nodes. */
  find(isWanted: (source: string, target: string, kind: number) => boolean): readonly number[] {
    const ids = this.nodes.map(node => (JSON.parse(node) as NodeIdentity).id);
    return this.series.flatMap((key, n) => {
      const { kind, source, target } = endsOf(key);
      return isWanted(ids[source]!, ids[target]!, kind) ? [n] : [];
    });
  }

  private addWord(text: string): number {
    this.tables.run('INSERT INTO word VALUES (?, ?)', this.words.length, text);
    return this.knowWord(text);
  }

  private knowNode(text: string): number {
    this.nodeNumbers.set(text, this.nodes.length);
    return this.nodes.push(text) - 1;
  }

  private knowWord(text: string): number {
    this.wordNumbers.set(text, this.words.length);
    return this.words.push(text) - 1;
  }
}

function keyOf({ kind, source, target }: Ends): number {
  return (source * NODES_END + target) * KINDS + kind;
}

export function endsOf(key: number): Ends {
  const ends = Math.floor(key / KINDS);
  return { kind: key % KINDS, source: Math.floor(ends / NODES_END), target: ends % NODES_END };
}
