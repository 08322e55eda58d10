/**
 * Configuration texts and `--set` arguments → a checked configuration with all defaults, or every problem at once.
 * Order: read, merge, expand, check each part; a text that is not YAML ends it after reading. Nothing is started and no address is bound.
 */
import type { ComponentFactory } from '../contract/component.ts';
import { checkSection } from './check-components.ts';
import { checkListeners } from './check-listeners.ts';
import { type Components, checkReferences, warnUnused } from './check-pipelines.ts';
import { checkTraces } from './check-traces.ts';
import { checkValue, unknownKey } from './check-value.ts';
import { expand, type Surroundings } from './expand.ts';
import { type Located, type LocatedMap, mergeLocated, placeOf } from './located.ts';
import { checkTargets } from './own-listener.ts';
import {
  createProblemList,
  type Path,
  type Position,
  type Problem,
  type ProblemList,
  sortProblems,
} from './problem.ts';
import { readYaml } from './read-yaml.ts';
import { SECTIONS } from './sections.ts';
import { type PipelineConfig, type ServiceConfig, serviceOptions } from './service-options.ts';
import { readSets } from './set-option.ts';

/** One configuration text; later ones merge over earlier ones. */
export interface Source {
  readonly name: string;
  readonly text: string;
}

export interface LoadInput extends Surroundings {
  readonly sources: readonly Source[];
  readonly sets: readonly string[];
  readonly factories: readonly ComponentFactory[];
  /** False where no service is to run (`analyze`): only `connectors` is read, whatever the other sections hold. */
  readonly complete?: boolean;
}

export interface Config extends Components {
  readonly service: ServiceConfig;
}

export interface LoadResult {
  /** Undefined when there is an error among the problems. */
  readonly config: Config | undefined;
  readonly problems: readonly Problem[];
  /** Where an option was written, or what holds it where it was left out. */
  readonly placeOf: (path: Path) => Position;
}

export function loadConfig(input: LoadInput): LoadResult {
  const problems = createProblemList();
  const written = readAll(input, problems);
  const at = (path: Path) => placeOf(written, path);
  if (problems.all.length > 0) return { config: undefined, problems: sortProblems(problems.all), placeOf: at };
  const root = expand(input.complete === false ? offlinePart(written) : written, input, problems) as LocatedMap;
  const config = check(root, input, problems);
  const failed = problems.all.some(problem => problem.severity === 'error');
  return { config: failed ? undefined : config, problems: sortProblems(problems.all), placeOf: at };
}

/** Without the sections that say nothing offline: their variables and files may be out of reach there. */
function offlinePart(root: LocatedMap): LocatedMap {
  const unread: readonly string[] = [...SECTIONS.filter(section => section !== 'connectors'), 'service'];
  return { ...root, entries: new Map([...root.entries].filter(([key]) => !unread.includes(key))) };
}

function readAll(input: LoadInput, problems: ProblemList): LocatedMap {
  const first = { source: input.sources[0]?.name ?? '--set', line: input.sources.length === 0 ? 0 : 1, column: 1 };
  const layers: Located[] = input.sources.map(source => readYaml(source.name, source.text, problems));
  const merged = [...layers, readSets(input.sets, problems)].reduce(mergeLocated, {
    kind: 'map',
    at: first,
    entries: new Map(),
  });
  return merged as LocatedMap;
}

function check(root: LocatedMap, input: LoadInput, problems: ProblemList): Config {
  const known = [...SECTIONS, 'service'];
  for (const { key, keyAt } of root.entries.values()) {
    if (!known.includes(key)) problems.error(keyAt, [key], unknownKey(key, known));
  }
  const section = (name: (typeof SECTIONS)[number]) => checkSection(name, root, input.factories, problems);
  const components: Components = {
    receivers: section('receivers'),
    processors: section('processors'),
    connectors: section('connectors'),
    exporters: section('exporters'),
    extensions: section('extensions'),
  };
  checkOneConnector(components, root, problems);
  return { ...components, service: checkService(root, components, input, problems) };
}

/** Readers meet one graph, so there is one connector to keep it. */
function checkOneConnector({ connectors }: Components, root: LocatedMap, problems: ProblemList): void {
  const [first, ...others] = connectors.keys();
  for (const id of others) {
    const path = ['connectors', id];
    problems.error(
      placeOf(root, path),
      path,
      `there can be one connector, and '${first}' is there; keep one of the two`,
    );
  }
}

function checkService(
  root: LocatedMap,
  components: Components,
  input: LoadInput,
  problems: ProblemList,
): ServiceConfig {
  const entry = root.entries.get('service');
  const at = entry?.keyAt ?? root.at;
  const checked = checkValue(serviceOptions, entry?.value, { at, path: ['service'], problems });
  const service = fillGaps(checked as Partial<ServiceConfig> | undefined);
  if (input.complete === false) return service;
  const used = checkReferences(service, { root, components, problems });
  warnUnused(used, { root, components, problems });
  const inUse = (section: (typeof SECTIONS)[number]) =>
    [...components[section].values()].filter(({ id }) => used.has(`${section}/${id}`));
  const listening = (['receivers', 'extensions'] as const).flatMap(section =>
    inUse(section).map(one => [section, one] as const),
  );
  const listeners = checkListeners(listening, root, problems);
  checkTargets(inUse('exporters'), listeners, root, problems);
  checkTraces(service.telemetry.traces, listeners, root, problems);
  return service;
}

/** What is missing because it was wrong counts as left out, so that the rest is checked all the same. */
function fillGaps(checked: Partial<ServiceConfig> | undefined): ServiceConfig {
  const pipelines = Object.entries((checked?.pipelines ?? {}) as Record<string, Partial<PipelineConfig> | undefined>);
  const usable = pipelines.filter(([, pipeline]) => pipeline !== undefined);
  return {
    ...(checked as ServiceConfig),
    extensions: checked?.extensions ?? [],
    pipelines: Object.fromEntries(
      usable.map(([name, pipeline]) => [name, { receivers: [], processors: [], exporters: [], ...pipeline }]),
    ),
  };
}
