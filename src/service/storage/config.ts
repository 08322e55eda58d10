/** Options of the `storage` extension. */
import { type Static, Type } from 'typebox';
import { optionGroup } from '../../lib/options.ts';

export const storageConfig = optionGroup(
  {
    path: Type.String({
      default: './data',
      minLength: 1,
      description: 'The directory in which the program keeps its data.',
    }),
  },
  undefined,
  'restart',
);

export type StorageConfig = Static<typeof storageConfig>;
