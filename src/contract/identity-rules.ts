/** What a configuration says of identities, as plain data: applied when a view of the graph is taken. */
import type { NodeKind } from './graph-document.ts';

/** A node that goes by another name. */
export interface AliasRule {
  readonly kind: NodeKind;
  /** A name or id, or `/regex/` over names. */
  readonly from: string;
  /** A name, or an id of this kind; of an external also that of a service. */
  readonly to: string;
}

/** Database servers by their host. */
export interface InstanceRule {
  /** Empty: any system. */
  readonly system: string;
  /** Regular expression. */
  readonly host: string;
  readonly instance: string;
}

/** Clusters by the id their brokers tell. */
export interface ClusterRule {
  readonly ids: readonly string[];
  readonly name: string;
}

export interface IdentityRules {
  readonly aliases: readonly AliasRule[];
  readonly databases: readonly InstanceRule[];
  readonly clusters: readonly ClusterRule[];
}

export const NO_RULES: IdentityRules = { aliases: [], databases: [], clusters: [] };
