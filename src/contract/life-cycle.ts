/** What a configuration decides about the life of nodes and edges. Plain data. */

export interface LifeCycleSettings {
  /** After the first data of an environment, changes are told as `baseline` for so long. */
  readonly learnMs: number;
  /** Interactions before an edge is told. */
  readonly confirm: number;
  readonly fadeAfterMs: number;
  readonly goneAfterMs: number;
  /** After a transition of a node or edge was told, further ones wait for so long. */
  readonly quietMs: number;
  readonly silentAfterMs: number;
  /** Of the rates that changes tell. */
  readonly halfLifeMs: number;
  /** Edges are judged by their own past, for `edge.changed`. */
  readonly judge: boolean;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Those of a configuration that says nothing. */
export const LIFE_CYCLE: LifeCycleSettings = {
  learnMs: 24 * HOUR_MS,
  confirm: 1,
  fadeAfterMs: HOUR_MS,
  goneAfterMs: 24 * HOUR_MS,
  quietMs: 10 * MINUTE_MS,
  silentAfterMs: 5 * MINUTE_MS,
  halfLifeMs: HOUR_MS,
  judge: true,
};
