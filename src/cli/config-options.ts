/** The options by which commands take a configuration. */
import type { CommandOptions } from './command.ts';

export const configOptions = {
  config: {
    type: 'string',
    multiple: true,
    short: 'c',
    value: 'FILE',
    description: 'A configuration file; may be given several times, later files merge over earlier ones.',
  },
  set: {
    type: 'string',
    multiple: true,
    value: 'KEY=VALUE',
    description: 'Sets one option, e.g. --set extensions.http_api.endpoint=127.0.0.1:8485; wins over the files.',
  },
} as const satisfies CommandOptions;
