/**
 * A checked configuration → its components, joined but not started. Only what a pipeline or `service.extensions`
 * names is created. The order of the result is the order of starting: sinks before sources.
 */
import type { Config } from '../config/load.ts';
import { typeOfId } from '../config/sections.ts';
import type { PipelineConfig } from '../config/service-options.ts';
import type {
  Component,
  Connector,
  ConnectorFactory,
  Consumers,
  ExtensionFactory,
  Processor,
  ProcessorFactory,
  ReceiverFactory,
  Settings,
  SlotResolver,
} from '../contract/component.ts';
import type { SpanView } from '../contract/span-view.ts';
import { consumeLogs, consumeSpans } from './pipeline-consumer.ts';

export interface BuiltComponent {
  /** As in the configuration: `receivers.otlp`. */
  readonly path: string;
  readonly component: Component;
}

export interface BuildInput {
  readonly config: Config;
  settingsFor(path: string, id: string): Settings;
  /** Called for every connector, before anything else is created. */
  connected(connector: Connector): void;
  /** A view with slots for these attributes and those the conventions know. */
  createView(extraAttributes: readonly string[]): SpanView;
}

interface Built {
  readonly connectors: ReadonlyMap<string, Connector>;
  /** By pipeline, in the pipeline's order; each pipeline has instances of its own. */
  readonly processors: ReadonlyMap<string, readonly Processor[]>;
  readonly createView: () => SpanView;
}

export function buildComponents(input: BuildInput): readonly BuiltComponent[] {
  const { config } = input;
  const order: BuiltComponent[] = [];
  const pipelines = Object.entries(config.service.pipelines);
  const connectors = new Map(
    [...new Set(pipelines.flatMap(([, pipeline]) => pipeline.exporters))].map(id => {
      const connector = createConnector(id, input);
      order.push({ path: `connectors.${id}`, component: connector });
      return [id, connector];
    }),
  );
  const processors = new Map(pipelines.map(([name, pipeline]) => [name, createProcessors(pipeline, input, order)]));
  const createView = bindSlots([...processors.values()].flat(), input);
  for (const id of config.service.extensions) {
    const { factory, config: options } = config.extensions.get(id)!;
    const component = (factory as ExtensionFactory<unknown>).create(input.settingsFor(`extensions.${id}`, id), options);
    order.push({ path: `extensions.${id}`, component });
  }
  const built = { connectors, processors, createView };
  for (const id of new Set(pipelines.flatMap(([, pipeline]) => pipeline.receivers))) {
    order.push({ path: `receivers.${id}`, component: createReceiver(id, input, built) });
  }
  return order;
}

function createConnector(id: string, input: BuildInput): Connector {
  const { factory, config } = input.config.connectors.get(id)!;
  const connector = (factory as ConnectorFactory<unknown>).create(input.settingsFor(`connectors.${id}`, id), config);
  input.connected(connector);
  return connector;
}

function createProcessors(pipeline: PipelineConfig, input: BuildInput, order: BuiltComponent[]): readonly Processor[] {
  return pipeline.processors.map(id => {
    const { factory, config } = input.config.processors.get(id)!;
    const path = `processors.${id}`;
    const component = (factory as ProcessorFactory<unknown>).create(input.settingsFor(path, id), config);
    order.push({ path, component });
    return component;
  });
}

/** All receivers show the same slots, so that a predicate is bound once. */
function bindSlots(processors: readonly Processor[], input: BuildInput): () => SpanView {
  const extra = [...new Set(processors.flatMap(processor => processor.extraAttributes?.() ?? []))];
  const slots = slotsOf(input.createView(extra));
  for (const processor of processors) processor.bindSlots?.(slots);
  return () => input.createView(extra);
}

function slotsOf({ keys }: SpanView): SlotResolver {
  const slot = (found: number) => (found < 0 ? undefined : found >>> 8);
  return {
    attribute: name => slot(keys.span.findText(name)),
    resource: name => slot(keys.resource.findText(name)),
  };
}

function createReceiver(id: string, input: BuildInput, built: Built): Component {
  const { factory, config } = input.config.receivers.get(id)!;
  const settings = input.settingsFor(`receivers.${id}`, id);
  return (factory as ReceiverFactory<unknown>).create(settings, config, consumersFor(id, input.config, built));
}

/** One pipeline per signal at most: the check of the configuration sees to that. */
function consumersFor(id: string, config: Config, { connectors, processors, createView }: Built): Consumers {
  const consumers: { -readonly [K in keyof Consumers]: Consumers[K] } = {};
  for (const [name, pipeline] of Object.entries(config.service.pipelines)) {
    if (!pipeline.receivers.includes(id)) continue;
    const sinks = connectors.get(pipeline.exporters[0]!)!.consumers;
    const chain = processors.get(name)!;
    if (typeOfId(name) === 'traces' && sinks.traces !== undefined) {
      consumers.traces = consumeSpans(chain, sinks.traces);
      consumers.createView = createView;
    }
    if (typeOfId(name) === 'logs' && sinks.logs !== undefined) consumers.logs = consumeLogs(chain, sinks.logs);
  }
  return consumers;
}
