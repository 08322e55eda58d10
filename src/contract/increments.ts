/**
 * The graph → history arrow: what was counted since the last time, by edge and minute of event time, also below zero.
 * Everything adds up. Numbers of nodes and edges are the store's, and those of words the sender's, told once each, in the part
 * whose records use them first or in one before.
 *
 * One record of `numbers`: its length; the edge, or −1 − the node; the minute; first and last time, µs, as far as
 * they lie within it, else ∞ and −∞; a mask,
 * one bit for each counter that follows, then these (of a node: entries, unresolved). An edge goes on with the number of
 * verbs, then word and count of each; the number of consumer groups, then word, received and processed of each; and three
 * times (client, server, lag) a histogram as it writes itself, or −1.
 */

/** The minute of what was counted before history began. */
export const BEFORE_HISTORY = -1;

/** Numbers that tell of one edge in `IncrementPart.edges`. */
export const EDGE_NUMBERS = 4;

/** Of a node, as `lib/identities` has it. */
export interface NodeIdentity {
  readonly kind: number;
  readonly environment: string;
  readonly parts: readonly string[];
  readonly id: string;
  readonly overflow: boolean;
}

export interface IncrementPart {
  /** Those of one batch are kept together, or not at all. Two may be under way. */
  readonly batch: number;
  /** All numbers begin anew, and what is under way is forgotten. */
  readonly isFirst: boolean;
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly length: number;
  /** The edge, or −1 − the node; since when (ms, of a frame), and which state it has from then on, an index into `STATES`. */
  readonly states: Float64Array<ArrayBuffer>;
  readonly nodes: readonly (readonly [number: number, identity: NodeIdentity])[];
  /** Of each its number, kind, source and target. */
  readonly edges: Int32Array<ArrayBuffer>;
  /** The next ones: `v` and a verb, or `g` and a consumer group. */
  readonly words: readonly string[];
  /** The batch is complete: everything of all frames up to this one is in it, or in those before. */
  readonly through?: number;
}
