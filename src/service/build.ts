/**
 * A checked configuration → its components, joined but not started. Only what a pipeline or `service.extensions`
 * names is created, and what a running service offers to keep is not created again. The order of the result is the order
 * of starting: sinks before sources.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../config/load.ts';
import { type ConfiguredComponent, type Section, typeOfId } from '../config/sections.ts';
import type {
  Component,
  Connector,
  ConnectorFactory,
  Consumers,
  ExporterFactory,
  ExtensionFactory,
  ExtraAttributes,
  Processor,
  ProcessorFactory,
  ReceiverFactory,
  Settings,
  SlotResolver,
} from '../contract/component.ts';
import type { SpanView } from '../contract/span-view.ts';
import { configuredComponent } from './configured.ts';
import type { HostScope } from './host.ts';
import { consumeLogs, consumeRecords, consumeSpans } from './pipeline-consumer.ts';
import { SwitchedConsumers } from './switched-consumers.ts';
import { SwitchedSource, type Wanted, wantedBy } from './switched-source.ts';

export interface BuiltComponent<C extends Component = Component> {
  /** As in the configuration: `receivers.otlp`. */
  readonly path: string;
  /** The path, and for a processor or exporter its pipeline: each pipeline has instances of its own. */
  readonly key: string;
  readonly section: Section;
  readonly configured: ConfiguredComponent;
  readonly component: C;
  readonly scope: HostScope;
}

/** The slots of the views that all receivers fill, so that a predicate is bound once. */
interface Slots {
  readonly extra: ExtraAttributes;
  readonly resolver: SlotResolver;
  readonly createView: () => SpanView;
}

export interface Assembly {
  readonly order: readonly BuiltComponent[];
  /** By receiver id: what it is to push into, and what it holds for that. */
  readonly consumers: ReadonlyMap<string, Consumers>;
  readonly switches: ReadonlyMap<string, SwitchedConsumers>;
  readonly slots: Slots;
  /** By exporter key: which changes it is to have, and what it holds for that. */
  readonly wanted: ReadonlyMap<string, Wanted>;
  readonly sources: ReadonlyMap<string, SwitchedSource>;
}

export interface BuildInput {
  readonly config: Config;
  openScope(): HostScope;
  settingsFor(path: string, id: string, scope: HostScope): Settings;
  /** A view with slots for these attributes and those the conventions know. */
  createView(extra: ExtraAttributes): SpanView;
  /** At a reload: the running instance under this key, if it can be kept. */
  kept?(key: string): BuiltComponent | undefined;
  readonly running?: Assembly;
}

/** The keys of all components that a configuration uses. */
export function keysInUse({ service, ...sections }: Config): ReadonlySet<string> {
  const pipelines = Object.entries(service.pipelines);
  return new Set([
    ...connectorsOf({ service, ...sections }).map(id => `connectors.${id}`),
    ...exportersOf({ service, ...sections }).map(([name, id]) => exporterKey(name, id)),
    ...pipelines.flatMap(([name, { processors }]) => processors.map(id => `processors.${id}@${name}`)),
    ...service.extensions.map(id => `extensions.${id}`),
    ...receiversOf({ service, ...sections }).map(id => `receivers.${id}`),
  ]);
}

/** Those at either end. */
function connectorsOf({ service, connectors }: Config): readonly string[] {
  const ends = Object.values(service.pipelines).flatMap(({ receivers, exporters }) => [...exporters, ...receivers]);
  return [...new Set(ends)].filter(id => connectors.has(id));
}

function receiversOf({ service, receivers }: Config): readonly string[] {
  const ids = Object.values(service.pipelines).flatMap(pipeline => pipeline.receivers);
  return [...new Set(ids)].filter(id => receivers.has(id));
}

/** Each with its pipeline. */
function exportersOf({ service, exporters }: Config): readonly (readonly [pipeline: string, id: string])[] {
  const pipelines = Object.entries(service.pipelines);
  const all = pipelines.flatMap(([name, pipeline]) => pipeline.exporters.map(id => [name, id] as const));
  return all.filter(([, id]) => exporters.has(id));
}

const exporterKey = (pipeline: string, id: string) => `exporters.${id}@${pipeline}`;

export function assemble(input: BuildInput): Assembly {
  const { config } = input;
  const connectors = new Map(
    connectorsOf(config).map(id => {
      return [id, build<Connector>('connectors', id, `connectors.${id}`, input, createConnector)] as const;
    }),
  );
  const { processors, slots } = buildProcessors(input);
  const extensions = config.service.extensions.map(id => {
    return build('extensions', id, `extensions.${id}`, input, createExtension);
  });
  const consumers = new Map<string, Consumers>();
  const switches = new Map<string, SwitchedConsumers>();
  const receivers = receiversOf(config).map(id => {
    const key = `receivers.${id}`;
    const wanted = consumersFor(id, config, { connectors, processors, slots });
    const kept = input.kept?.(key);
    const own = kept === undefined ? new SwitchedConsumers(wanted) : input.running!.switches.get(id)!;
    consumers.set(id, wanted);
    switches.set(id, own);
    return build('receivers', id, key, input, ({ factory, config: options }, settings) =>
      (factory as ReceiverFactory<unknown>).create(settings, options, own),
    );
  });
  const { exporters, wanted, sources } = buildExporters(input, connectors, processors);
  const chains = [...processors.values()].flat();
  const order = [...connectors.values(), ...exporters, ...chains, ...extensions, ...receivers];
  return { order, consumers, switches, slots, wanted, sources };
}

interface Exporters extends Pick<Assembly, 'wanted' | 'sources'> {
  readonly exporters: readonly BuiltComponent[];
}

/** All changes are those of the one connector there is. */
function buildExporters(
  input: BuildInput,
  connectors: ReadonlyMap<string, BuiltComponent<Connector>>,
  processors: Processors,
): Exporters {
  const wanted = new Map<string, Wanted>();
  const sources = new Map<string, SwitchedSource>();
  const exporters = exportersOf(input.config).map(([pipeline, id]) => {
    const key = exporterKey(pipeline, id);
    const wants = wantedBy(processors.get(pipeline)!.map(({ component }) => component));
    const { changes } = [...connectors.values()][0]!.component.reader;
    const kept = input.kept?.(key);
    const own =
      kept === undefined ? new SwitchedSource(changes, wants, `${pipeline}@${id}`) : input.running!.sources.get(key)!;
    wanted.set(key, wants);
    sources.set(key, own);
    return build('exporters', id, key, input, ({ factory, config }, settings) =>
      (factory as ExporterFactory<unknown>).create(settings, config, own),
    );
  });
  return { exporters, wanted, sources };
}

type Create<C> = (configured: ConfiguredComponent, settings: Settings) => C;

const createConnector: Create<Connector> = ({ factory, config }, settings) =>
  (factory as ConnectorFactory<unknown>).create(settings, config);
const createProcessor: Create<Processor> = ({ factory, config }, settings) =>
  (factory as ProcessorFactory<unknown>).create(settings, config);
const createExtension: Create<Component> = ({ factory, config }, settings) =>
  (factory as ExtensionFactory<unknown>).create(settings, config);

/** The instance that is kept, or a new one. */
function build<C extends Component>(
  section: Section,
  id: string,
  key: string,
  input: BuildInput,
  create: Create<C>,
): BuiltComponent<C> {
  const configured = configuredComponent(input.config, section, id);
  const kept = input.kept?.(key) as BuiltComponent<C> | undefined;
  if (kept !== undefined) return { ...kept, configured };
  const path = `${section}.${id}`;
  const scope = input.openScope();
  return { path, key, section, configured, scope, component: create(configured, input.settingsFor(path, id, scope)) };
}

type Processors = ReadonlyMap<string, readonly BuiltComponent<Processor>[]>;

/** Where slots move, instances that read them are made anew: the running ones serve the running chains to the end. */
function buildProcessors(input: BuildInput): { readonly processors: Processors; readonly slots: Slots } {
  const pipelines = Object.entries(input.config.service.pipelines).map(([name, { processors }]) => {
    const chain = processors.map(id => build('processors', id, `processors.${id}@${name}`, input, createProcessor));
    return [name, chain] as const;
  });
  const slots = slotsFor(
    pipelines.flatMap(([, chain]) => chain),
    input,
  );
  const isMoved = slots !== input.running?.slots;
  const { kept: _, ...anew } = input;
  const bind = (built: BuiltComponent<Processor>): BuiltComponent<Processor> => {
    const isKept = built.component === input.kept?.(built.key)?.component;
    if (built.component.bindSlots === undefined || (isKept && !isMoved)) return built;
    const own = isKept ? build('processors', built.configured.id, built.key, anew, createProcessor) : built;
    own.component.bindSlots!(slots.resolver);
    return own;
  };
  return { processors: new Map(pipelines.map(([name, chain]) => [name, chain.map(bind)])), slots };
}

/** The running slots while they serve, so that receivers keep their views. */
function slotsFor(processors: readonly BuiltComponent<Processor>[], { running, createView }: BuildInput): Slots {
  const asked = processors.flatMap(({ component }) => component.extraAttributes?.() ?? []);
  const namesOf = (owner: keyof ExtraAttributes) => [...new Set(asked.flatMap(one => one[owner]))];
  const extra = { span: namesOf('span'), resource: namesOf('resource') };
  if (running !== undefined && isDeepStrictEqual(running.slots.extra, extra)) return running.slots;
  const { keys } = createView(extra);
  const slot = (found: number) => (found < 0 ? undefined : found >>> 8);
  const resolver: SlotResolver = {
    attribute: name => slot(keys.span.findText(name)),
    resource: name => slot(keys.resource.findText(name)),
  };
  return { extra, resolver, createView: () => createView(extra) };
}

interface Chains {
  readonly connectors: ReadonlyMap<string, BuiltComponent<Connector>>;
  readonly processors: Processors;
  readonly slots: Slots;
}

/** One pipeline per signal at most: the check of the configuration sees to that. */
function consumersFor(id: string, config: Config, { connectors, processors, slots }: Chains): Consumers {
  const consumers: { -readonly [K in keyof Consumers]: Consumers[K] } = {};
  for (const [name, pipeline] of Object.entries(config.service.pipelines)) {
    if (!pipeline.receivers.includes(id)) continue;
    const sinks = connectors.get(pipeline.exporters[0]!)!.component.consumers;
    const chain = processors.get(name)!.map(({ component }) => component);
    if (typeOfId(name) === 'traces' && sinks.traces !== undefined) {
      consumers.traces = consumeSpans(chain, sinks.traces);
      consumers.createView = slots.createView;
    }
    if (typeOfId(name) === 'logs' && sinks.logs !== undefined) {
      consumers.logs = consumeLogs(chain, sinks.logs);
      consumers.createView = slots.createView;
    }
    if (typeOfId(name) === 'events' && sinks.records !== undefined)
      consumers.records = consumeRecords(chain, sinks.records);
    consumers.positions = sinks.positions;
  }
  return consumers;
}
