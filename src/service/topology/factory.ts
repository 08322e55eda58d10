/** The `topology` connector: takes spans, keeps the graph. */
import { type ConnectorFactory, StartError } from '../../contract/component.ts';
import { type TopologyConfig, topologyConfig } from './config.ts';

export const topologyFactory: ConnectorFactory<TopologyConfig> = {
  kind: 'connector',
  type: 'topology',
  description:
    'Takes spans from every pipeline that ends in it and keeps the one graph of services, topics and tables.',
  takes: ['traces', 'logs'],
  gives: [],
  config: topologyConfig,
  create() {
    throw new StartError('the topology connector is not built yet');
  },
};
