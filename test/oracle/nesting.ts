/** Database spans below a database span of the same service and system: one work, counted by the outermost. */
import { ancestryOf, compareValues, isSameService } from './chains.ts';
import { type DatabaseWork, fillFromInner } from './database.ts';
import type { Fact } from './normalize.ts';

/** A database span that does something; health checks, settings and the like take no part. */
function isWork(fact: Fact): boolean {
  return fact.database !== undefined && fact.database.skip === undefined;
}

/** The nearest one above, through I and D spans of the service and nameless spans. */
function outerOf(fact: Fact, facts: readonly Fact[]): Fact | undefined {
  for (const ancestor of ancestryOf(fact, facts).spans) {
    if (ancestor === fact) return undefined;
    if (ancestor.service === undefined) continue;
    if (!isSameService(ancestor, fact) || (ancestor.class !== 'internal' && ancestor.class !== 'database'))
      return undefined;
    if (isWork(ancestor) && ancestor.database?.store.system === fact.database?.store.system) return ancestor;
  }
  return undefined;
}

export function isInner(fact: Fact, facts: readonly Fact[]): boolean {
  return isWork(fact) && outerOf(fact, facts) !== undefined;
}

function isBelow(fact: Fact, outer: Fact, facts: readonly Fact[]): boolean {
  const passed = new Set<Fact>();
  let at = outerOf(fact, facts);
  while (at !== undefined && !passed.has(at)) {
    if (at === outer) return true;
    passed.add(at);
    at = outerOf(at, facts);
  }
  return false;
}

/** The work of an outer span, with the parts it lacks from the inner one with the smallest (start, span id). */
export function completeWork(outer: Fact, facts: readonly Fact[]): DatabaseWork {
  const inner = facts
    .filter(fact => isWork(fact) && fact !== outer && isBelow(fact, outer, facts))
    .sort(
      (a, b) =>
        compareValues(a.startUs, b.startUs) || compareValues(a.span.spanId.toLowerCase(), b.span.spanId.toLowerCase()),
    )[0];
  return inner?.database === undefined ? outer.database! : fillFromInner(outer.database!, inner.database);
}
