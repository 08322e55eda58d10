/**
 * The correlate → graph arrow beside interactions: the tree of causal paths. A path is a chain of nodes from where a
 * trace began; paths are named by numbers that never change, and what was counted on one stays there.
 */

/** The chain is too deep, or its tree full: nothing is counted on it, or on what follows it. */
export const NO_PATH = 0;

/** Nodes of a path, at most. */
export const MAX_PATH_DEPTH = 64;

export interface PathSink {
  /** The path of one node, an identity, where a trace begins. `rootless`: something stood above it that is missing. */
  begin(identity: number, rootless: boolean): number;
  /** The path that goes on from this one to an identity. */
  extend(path: number, identity: number): number;
  /** One interaction took exactly this path. */
  visit(path: number): void;
  /** As `visit`, where the last step only received messages: another span may tell that they were processed. */
  visitReceived(path: number): void;
  /** The path without its last node; NO_PATH when there is no other. */
  parentOf(path: number): number;
  /** Identity of the path's last node. */
  lastOf(path: number): number;
  /** The path's last node but one is this identity's. */
  comesThrough(path: number, identity: number): boolean;
}
