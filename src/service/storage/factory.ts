/** The `storage` extension: says where the connector keeps the graph, and all that waits for a partner. */
import type { ExtensionFactory } from '../../contract/component.ts';
import { type StorageConfig, storageConfig, storageOptions } from './config.ts';

export const storageFactory: ExtensionFactory<StorageConfig> = {
  kind: 'extension',
  type: 'storage',
  description:
    'Where data is kept: a journal of all that was acknowledged, and checkpoints of the state. Without it a restart begins with an empty graph.',
  config: storageConfig,
  create({ host }, config) {
    // Before anything starts: the recovery is to be the first.
    host.storeIn(storageOptions(config));
    return { start() {}, stop() {} };
  },
};
