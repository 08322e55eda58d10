/** The configuration's `topology` connector → the options of an offline run. The rest of a configuration says nothing here. */
import type { ConfigArguments } from '../../cli/application.ts';
import type { Config } from '../../config/load.ts';
import { formatProblem } from '../../config/problem.ts';
import { type ConfigRequest, readConfig } from '../read-config.ts';
import { type TopologyConfig, type TopologyOptions, topologyOptions } from '../topology/config.ts';
import { topologyFactory } from '../topology/factory.ts';

/**
 * Spans kept offline unless the configuration says another number than the default, which is meant for a service that
 * keeps them for seconds. The memory is touched only as far as there are spans.
 */
const OFFLINE_MAX_PENDING = 4_000_000;

export interface OfflineOptions {
  /** Undefined: a problem is an error. */
  readonly options: TopologyOptions | undefined;
  /** One line each. */
  readonly problems: readonly string[];
}

export function offlineOptions(args: ConfigArguments, env: ConfigRequest['env']): OfflineOptions {
  const { config, problems } = readConfig({ files: args.files, sets: args.sets, env, complete: false });
  const lines = problems.map(formatProblem);
  if (config === undefined) return { options: undefined, problems: lines };
  const usual = topologyOf(readConfig({ files: [], sets: [], env: {}, complete: false }).config!)!;
  const options = topologyOf(config) ?? usual;
  const raised = options.maxPending === usual.maxPending ? OFFLINE_MAX_PENDING : options.maxPending;
  return { options: { ...options, maxPending: raised }, problems: lines };
}

function topologyOf({ connectors }: Config): TopologyOptions | undefined {
  const found = [...connectors.values()].find(({ factory }) => factory.type === topologyFactory.type);
  return found === undefined ? undefined : topologyOptions(found.config as TopologyConfig);
}
