/** What the numbers of a sender mean, and which numbers of history's own they are. */
import { EDGE_NUMBERS, type IncrementPart, type NodeIdentity } from '../../contract/increments.ts';
import type { Ends, HistoryNames } from './names.ts';

export class SenderNumbers {
  private readonly names: HistoryNames;
  private readonly nodes = new Map<number, NodeIdentity>();
  private readonly edges = new Map<number, Ends>();
  private words: string[] = [];
  private readonly nodeNumbers = new Map<number, number>();
  private readonly edgeNumbers = new Map<number, number>();
  private wordNumbers: number[] = [];

  constructor(names: HistoryNames) {
    this.names = names;
  }

  learn({ isFirst, nodes, edges, words }: IncrementPart): void {
    if (isFirst) this.forget();
    for (const [number, identity] of nodes) this.nodes.set(number, identity);
    for (let at = 0; at < edges.length; at += EDGE_NUMBERS)
      this.edges.set(edges[at]!, { kind: edges[at + 1]!, source: edges[at + 2]!, target: edges[at + 3]! });
    for (const word of words) this.words.push(word);
  }

  forget(): void {
    this.nodes.clear();
    this.edges.clear();
    this.words = [];
    this.forgetNumbers();
  }

  /** Those of history's own may be others now. */
  forgetNumbers(): void {
    this.nodeNumbers.clear();
    this.edgeNumbers.clear();
    this.wordNumbers = [];
  }

  /** Within a transaction, as all that follows. */
  node(number: number): number {
    let own = this.nodeNumbers.get(number);
    if (own === undefined) {
      own = this.names.node(this.nodes.get(number)!);
      this.nodeNumbers.set(number, own);
    }
    return own;
  }

  edge(number: number): number {
    let own = this.edgeNumbers.get(number);
    if (own === undefined) {
      const { kind, source, target } = this.edges.get(number)!;
      own = this.names.seriesOf({ kind, source: this.node(source), target: this.node(target) });
      this.edgeNumbers.set(number, own);
    }
    return own;
  }

  word(number: number): number {
    this.wordNumbers[number] ??= this.names.word(this.words[number]!);
    return this.wordNumbers[number]!;
  }
}
