/**
 * The weights of what a structure shows, kept from view to view: an edge that did not change is not looked at. The columns
 * are the same from one view to the next.
 */
import type { Weights } from '../contract/graph-view.ts';
import { reaching } from '../lib/reaching.ts';
import { confidenceOf, countOf, messagesOf } from './edge-weights.ts';
import type { EdgeSource, GraphSource } from './graph-source.ts';
import { edgeState } from './shown-states.ts';
import type { Structure } from './structure.ts';

const FIRST = 1024;

export class WeightColumns {
  /** By number in the source. */
  private readonly ofAll = new Columns();
  private shown = new ShownColumns();
  private structure: Structure | undefined;

  /** @param changed since the last call; undefined: anything. */
  read(structure: Structure, source: GraphSource, changed: readonly number[] | undefined): Weights {
    const { ofAll } = this;
    ofAll.reach(source.edges.length);
    if (changed === undefined) for (let e = 0; e < source.edges.length; e++) ofAll.read(e, source.edges[e]!);
    else for (const e of changed) ofAll.read(e, source.edges[e]!);
    if (changed === undefined) this.shown = new ShownColumns();
    this.shown.reach(structure.edges.length, structure.nodes.length);
    if (changed === undefined || structure !== this.structure) this.showAll(structure, source);
    else for (const e of changed) this.show(structure, source, structure.edgePlaces[e]!);
    this.structure = structure;
    readEntries(structure, source, this.shown.entries);
    const { states, counts, messages, confidences, entries } = this.shown;
    return { kinds: structure.edgeKinds, states, counts, messages, confidences, entries };
  }

  private showAll(structure: Structure, source: GraphSource): void {
    for (let place = 0; place < structure.edges.length; place++) this.show(structure, source, place);
  }

  private show({ edges }: Structure, source: GraphSource, place: number): void {
    if (place < 0) return;
    const edge = edges[place]!;
    if (typeof edge === 'number') this.shown.copy(place, this.ofAll, edge);
    else this.shown.read(place, edge.sum);
    this.shown.states[place] = edgeState(source, edge);
  }
}

class Columns {
  counts = new Float64Array(FIRST);
  messages = new Float64Array(FIRST);
  confidences = new Float64Array(FIRST);

  /** Makes place for so many edges. */
  reach(edges: number): void {
    this.counts = reaching(this.counts, edges);
    this.messages = reaching(this.messages, edges);
    this.confidences = reaching(this.confidences, edges);
  }

  read(at: number, edge: EdgeSource): void {
    this.counts[at] = countOf(edge);
    this.messages[at] = messagesOf(edge);
    this.confidences[at] = confidenceOf(edge);
  }

  copy(at: number, from: Columns, edge: number): void {
    this.counts[at] = from.counts[edge]!;
    this.messages[at] = from.messages[edge]!;
    this.confidences[at] = from.confidences[edge]!;
  }
}

class ShownColumns extends Columns {
  states = new Uint8Array(FIRST);
  entries = new Float64Array(FIRST);

  override reach(edges: number, nodes = 0): void {
    super.reach(edges);
    this.entries = reaching(this.entries, nodes);
    if (edges <= this.states.length) return;
    const states = new Uint8Array(this.counts.length);
    states.set(this.states);
    this.states = states;
  }
}

function readEntries({ nodes }: Structure, source: GraphSource, entries: Float64Array): void {
  for (let place = 0; place < nodes.length; place++) {
    const node = nodes[place]!;
    entries[place] =
      typeof node === 'number'
        ? source.nodes[node]!.entries
        : node.members.reduce((sum, member) => sum + source.nodes[member]!.entries, 0);
  }
}
