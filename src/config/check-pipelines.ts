/** Pipelines and extensions: every id refers to a component of the right section, and signals fit. */
import type { ComponentFactory, Signal } from '../contract/component.ts';
import { nearestName } from '../lib/nearest.ts';
import { isNull, type Located, type LocatedMap, placeOf, valueAt } from './located.ts';
import type { Path, ProblemList } from './problem.ts';
import { quoteList } from './schema-words.ts';
import { type ConfiguredSection, type Section, typeOfId } from './sections.ts';
import { type PipelineConfig, type ServiceConfig, SIGNALS } from './service-options.ts';

export type Components = Readonly<Record<Section, ConfiguredSection>>;

interface Lookup {
  readonly root: LocatedMap;
  readonly components: Components;
  readonly problems: ProblemList;
}

type Role = 'receivers' | 'processors' | 'exporters';

/** A connector can stand at both ends. */
const ROLE_SECTIONS: Readonly<Record<Role | 'extensions', readonly Section[]>> = {
  receivers: ['receivers', 'connectors'],
  processors: ['processors'],
  exporters: ['exporters', 'connectors'],
  extensions: ['extensions'],
};

/** Returns the used components as `section/id`. */
export function checkReferences(service: ServiceConfig, lookup: Lookup): ReadonlySet<string> {
  const used = new Set<string>();
  service.extensions.forEach((id, i) => {
    resolve('extensions', id, ['service', 'extensions', i], lookup, used);
  });
  if (Object.keys(service.pipelines).length === 0) {
    const path = ['service', 'pipelines'];
    const missing =
      'there is no pipeline, so nothing would flow; add one, such as traces: {receivers: [otlp], exporters: [topology]}';
    lookup.problems.error(placeOf(lookup.root, path), path, missing);
  }
  const taken = new Map<string, string>();
  for (const [name, pipeline] of Object.entries(service.pipelines)) checkPipeline(name, pipeline, lookup, used, taken);
  return used;
}

function checkPipeline(
  name: string,
  pipeline: PipelineConfig,
  lookup: Lookup,
  used: Set<string>,
  taken: Map<string, string>,
): void {
  const path = ['service', 'pipelines', name];
  const signal = SIGNALS.find(one => one === typeOfId(name));
  if (signal === undefined) {
    const nearest = nearestName(typeOfId(name), SIGNALS);
    const right = nearest === undefined ? `known are ${quoteList([...SIGNALS])}` : `did you mean '${nearest}'?`;
    lookup.problems.error(placeOf(lookup.root, path), path, `'${typeOfId(name)}' is no signal; ${right}`);
  }
  for (const role of ['receivers', 'processors', 'exporters'] as const) {
    const rolePath = [...path, role];
    if (pipeline[role].length === 0 && role !== 'processors') {
      lookup.problems.error(placeOf(lookup.root, rolePath), rolePath, `the pipeline has no ${role}; list at least one`);
    }
    pipeline[role].forEach((id, i) => {
      const at = [...rolePath, i];
      if (id !== undefined && pipeline[role].indexOf(id) < i) {
        lookup.problems.error(placeOf(lookup.root, at), at, `'${id}' stands in the list twice; keep one`);
        return;
      }
      const factory = resolve(role, id, at, lookup, used);
      if (factory !== undefined && signal !== undefined) checkSignal(factory, role, id, signal, at, lookup);
      if (role === 'receivers' && signal !== undefined && signal !== 'changes')
        checkTaken(`${signal} ${id}`, name, id, at, lookup, taken);
    });
  }
}

/** All pipelines of a signal end in the same graph, where a span that came two ways would count twice. */
function checkTaken(key: string, name: string, id: string, at: Path, lookup: Lookup, taken: Map<string, string>): void {
  const other = taken.get(key);
  taken.set(key, other ?? name);
  if (other === undefined) return;
  const message = `'${id}' already feeds the pipeline '${other}', so everything would count twice; keep it in one of the two`;
  lookup.problems.error(placeOf(lookup.root, at), at, message);
}

function resolve(
  role: Role | 'extensions',
  id: string | undefined,
  path: Path,
  lookup: Lookup,
  used: Set<string>,
): ComponentFactory | undefined {
  if (id === undefined) return undefined;
  const sections = ROLE_SECTIONS[role];
  for (const section of sections) {
    const declared = declaredIds(section, lookup.root);
    if (!declared.includes(id)) continue;
    used.add(`${section}/${id}`);
    return lookup.components[section].get(id)?.factory;
  }
  const declared = sections.flatMap(section => declaredIds(section, lookup.root));
  const nearest = nearestName(id, declared);
  const right = nearest === undefined ? `add it under ${sections.join(' or ')}` : `did you mean '${nearest}'?`;
  lookup.problems.error(
    placeOf(lookup.root, path),
    path,
    `'${id}' is not declared under ${sections.join(' or ')}; ${right}`,
  );
  return undefined;
}

function checkSignal(
  factory: ComponentFactory,
  role: Role,
  id: string,
  signal: Signal,
  path: Path,
  lookup: Lookup,
): void {
  const signals = signalsOf(factory, role);
  if (signals.includes(signal)) return;
  const verb = role === 'receivers' ? 'gives' : 'takes';
  const can = signals.length === 0 ? `it ${verb} nothing here` : `it ${verb} ${quoteList([...signals])}`;
  const message = `'${id}' cannot stand in a pipeline of ${signal}; ${can}`;
  lookup.problems.error(placeOf(lookup.root, path), path, message);
}

function signalsOf(factory: ComponentFactory, role: Role): readonly Signal[] {
  if (factory.kind === 'connector') return role === 'receivers' ? factory.gives : factory.takes;
  return factory.kind === 'extension' ? [] : factory.signals;
}

function declaredIds(section: Section, root: Located): readonly string[] {
  const found = valueAt(root, [section]);
  return found?.kind === 'map' ? [...found.entries.keys()] : [];
}

/** Of a known type, but in no pipeline and not among the extensions: a warning each. */
export function warnUnused(used: ReadonlySet<string>, { root, components, problems }: Lookup): void {
  for (const section of ['receivers', 'processors', 'connectors', 'exporters', 'extensions'] as const) {
    const found = valueAt(root, [section]);
    if (found?.kind !== 'map' || isNull(found)) continue;
    for (const { key, keyAt } of found.entries.values()) {
      if (used.has(`${section}/${key}`) || !components[section].has(key)) continue;
      const where = section === 'extensions' ? 'service.extensions' : 'a pipeline';
      problems.warn(keyAt, [section, key], `'${key}' is used nowhere; list it in ${where}, or take it out`);
    }
  }
}
