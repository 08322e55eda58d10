/** Which changes a reader wants: a filter in, a test of what a change is about out. An absent part lets all through. */
import type { Change, ChangeType, NodeRef, Severity } from '../contract/change.ts';

export interface ChangeFilter {
  readonly types?: ReadonlySet<ChangeType>;
  readonly severities?: ReadonlySet<Severity>;
  /** Kinds of nodes or edges: what the change itself is about. */
  readonly kinds?: ReadonlySet<string>;
  /** Id, key or bare name of a node that is concerned. */
  readonly node?: string;
  /** The same of a service. */
  readonly service?: string;
  /** `~` stands for nodes that have none. */
  readonly environments?: ReadonlySet<string>;
  readonly baseline?: boolean;
}

const NO_ENVIRONMENT = '~';

export function isChangeWanted(filter: ChangeFilter, change: Change): boolean {
  const { types, severities, kinds, baseline } = filter;
  if (types !== undefined && !types.has(change.type)) return false;
  if (severities !== undefined && !severities.has(change.severity)) return false;
  if (baseline !== undefined && change.baseline !== baseline) return false;
  if (kinds !== undefined && !kinds.has(change.edge?.kind ?? change.node?.kind ?? '')) return false;
  return isPlaceWanted(filter, change);
}

function isPlaceWanted({ node, service, environments }: ChangeFilter, change: Change): boolean {
  if (node === undefined && service === undefined && environments === undefined) return true;
  const refs = nodesOf(change);
  const ids = [...(change.cycle?.nodes ?? []), ...(change.coupling?.via ?? [])];
  if (node !== undefined && !refs.some(ref => goesBy(ref, node)) && !ids.includes(node)) return false;
  if (service !== undefined && !isServiceOf(service, refs, ids)) return false;
  return environments === undefined || environmentsOf(change, refs).some(name => environments.has(name));
}

function isServiceOf(service: string, refs: readonly NodeRef[], ids: readonly string[]): boolean {
  const isIt = refs.some(ref => ref.kind === 'service' && goesBy(ref, service));
  return isIt || ids.some(id => id === service && id.startsWith('service:'));
}

function goesBy({ id, key, name }: NodeRef, text: string): boolean {
  return id === text || key === text || name === text;
}

function nodesOf({ node, edge, coupling }: Change): readonly NodeRef[] {
  return [node, edge?.source, edge?.target, coupling?.source, coupling?.target].filter(ref => ref !== undefined);
}

function environmentsOf({ input }: Change, refs: readonly NodeRef[]): readonly string[] {
  const names = refs.map(({ environment }) => environment ?? NO_ENVIRONMENT);
  return input === undefined ? names : [...names, input.environment === '' ? NO_ENVIRONMENT : input.environment];
}
