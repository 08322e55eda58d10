/** The `route` processor: changes that meet a rule pass to the exporters behind it; the others stay in the log alone. */
import type { Change, NodeRef } from '../../contract/change.ts';
import type { ProcessorFactory } from '../../contract/component.ts';
import { nameOrPattern } from '../../lib/patterns.ts';
import { checkRoute, type RouteConfig, type RouteRule, routeConfig } from './config.ts';

export const routeFactory: ProcessorFactory<RouteConfig> = {
  kind: 'processor',
  type: 'route',
  description: 'Lets pass the changes that meet a rule: by type, severity, kind, node, service or environment.',
  signals: ['changes'],
  config: routeConfig,
  check: checkRoute,
  create: (_, { keep }) => ({ start: () => {}, stop: () => {}, keepChange: compileRoute(keep) }),
};

type Test = (change: Change) => boolean;

const NO_ENVIRONMENT = '~';

export function compileRoute(rules: readonly RouteRule[]): Test {
  const tests = rules.map(compileRule);
  return change => tests.length === 0 || tests.some(test => test(change));
}

function compileRule({ type, severity, kind, node, service, env }: RouteRule): Test {
  const tests: Test[] = [];
  if (type !== undefined) tests.push(change => type.includes(change.type));
  if (severity !== undefined) tests.push(change => severity.includes(change.severity));
  if (kind !== undefined) tests.push(change => kind.includes(change.edge?.kind ?? change.node?.kind ?? ''));
  if (node !== undefined) tests.push(concerns(node, () => true));
  if (service !== undefined) tests.push(concerns(service, id => id.startsWith('service:')));
  if (env !== undefined) {
    const isMeant = nameTest(env);
    tests.push(change => environmentsOf(change).some(isMeant));
  }
  return change => tests.every(test => test(change));
}

function concerns(texts: readonly string[], isPossible: (id: string) => boolean): Test {
  const isMeant = nameTest(texts);
  return change => {
    const refs = refsOf(change).filter(({ id }) => isPossible(id));
    const ids = [...(change.cycle?.nodes ?? []), ...(change.coupling?.via ?? [])].filter(isPossible);
    return refs.some(({ id, key, name }) => isMeant(id) || isMeant(key) || isMeant(name)) || ids.some(isMeant);
  };
}

function nameTest(texts: readonly string[]): (text: string) => boolean {
  const meant = texts.map(nameOrPattern);
  return text => meant.some(one => (typeof one === 'string' ? one === text : one.test(text)));
}

function refsOf({ node, edge, coupling }: Change): readonly NodeRef[] {
  return [node, edge?.source, edge?.target, coupling?.source, coupling?.target].filter(ref => ref !== undefined);
}

function environmentsOf(change: Change): readonly string[] {
  const own = change.input?.environment;
  const names = refsOf(change).map(({ environment }) => environment);
  return (own === undefined ? names : [...names, own]).map(name =>
    name === undefined || name === '' ? NO_ENVIRONMENT : name,
  );
}
