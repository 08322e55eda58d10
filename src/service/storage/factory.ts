/** The `storage` extension. The journal is in memory: the extension says so at start, and keeps nothing. */
import type { ExtensionFactory } from '../../contract/component.ts';
import { type StorageConfig, storageConfig } from './config.ts';

export const storageFactory: ExtensionFactory<StorageConfig> = {
  kind: 'extension',
  type: 'storage',
  description:
    'Where data is kept. The journal is in memory for now: the path is not written to, and a restart begins with an empty graph.',
  config: storageConfig,
  create: ({ logger }, { path }) => ({
    start: () =>
      logger.warn(
        { path },
        'the journal is in memory: nothing is written to the path, a restart begins with an empty graph',
      ),
    stop: () => {},
  }),
};
