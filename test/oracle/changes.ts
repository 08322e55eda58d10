/** Changes of service across a parent link that no pair explains: C, P, D and I spans under another service. */
import { ancestryOf, isInternal, nearestNamedAncestor, parentOf } from './chains.ts';
import type { NodeIdentity } from './names.ts';
import type { Fact } from './normalize.ts';
import type { Join } from './pairing.ts';

/** One interaction: of a client span K with a service, or of a single child where there is no K. */
export interface ServiceChange {
  readonly from: NodeIdentity;
  readonly to: NodeIdentity;
  readonly client: Fact | undefined;
  /** The spans that prove it; exactly one without K. */
  readonly children: readonly Fact[];
  /** Every child came after its parent ended and has nothing of RPC about it. */
  readonly isDelivery: boolean;
}

interface Step {
  readonly child: Fact;
  readonly from: NodeIdentity;
  readonly to: NodeIdentity;
  readonly client: Fact | undefined;
}

export function findServiceChanges(facts: readonly Fact[], joins: readonly Join[]): ServiceChange[] {
  const steps = facts.flatMap(fact => stepInto(fact, facts));
  const alone = steps.filter(step => step.client === undefined).map(step => toChange([step], facts));
  const groups: Step[][] = [];
  for (const step of steps) {
    if (step.client === undefined || isPaired(step.client, step.to, joins)) continue;
    const group = groups.find(([one]) => one?.client === step.client && one?.to.id === step.to.id);
    if (group === undefined) groups.push([step]);
    else group.push(step);
  }
  return [...alone, ...groups.map(group => toChange(group, facts))];
}

function stepInto(child: Fact, facts: readonly Fact[]): Step[] {
  if (child.service === undefined || child.inbound) return [];
  const ancestor = nearestNamedAncestor(child, facts);
  if (ancestor?.service === undefined || ancestor.service.id === child.service.id) return [];
  return [{ child, from: ancestor.service, to: child.service, client: findClient(ancestor, ancestor.service, facts) }];
}

/** The C or P of service `from` at or above the ancestor, through I spans of that service. */
export function findClient(ancestor: Fact, from: NodeIdentity, facts: readonly Fact[]): Fact | undefined {
  for (const span of [ancestor, ...ancestryOf(ancestor, facts).spans]) {
    if (span.service === undefined) continue;
    if (span.service.id !== from.id) return undefined;
    if (span.class === 'client' || span.class === 'producer') return span;
    if (!isInternal(span)) return undefined;
  }
  return undefined;
}

function isPaired(client: Fact, service: NodeIdentity, joins: readonly Join[]): boolean {
  return joins.some(
    join =>
      join.inbound.service?.id === service.id &&
      join.matches.some(
        match => match.partner === client && match.evidence !== 'offset' && match.evidence !== 'message_id',
      ),
  );
}

function toChange(steps: readonly Step[], facts: readonly Fact[]): ServiceChange {
  const { from, to, client } = steps[0]!;
  const children = steps.map(step => step.child);
  return { from, to, client, children, isDelivery: children.every(child => cameAfterwards(child, facts)) };
}

export function cameAfterwards(child: Fact, facts: readonly Fact[]): boolean {
  const parent = parentOf(child, facts);
  return !child.hasRpcAttributes && typeof parent === 'object' && child.startUs > parent.endUs;
}
