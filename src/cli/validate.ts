/** `tacit validate`: checks a configuration and names everything that is wrong with it. */
import type { Application } from './application.ts';
import { parseArguments } from './arguments.ts';
import type { Command, CommandOptions } from './command.ts';
import { configOptions } from './config-options.ts';

const options = {
  ...configOptions,
  strict: { type: 'boolean', description: 'Warnings are errors.' },
  print: { type: 'boolean', description: 'Print the configuration with all defaults, without secrets.' },
} as const satisfies CommandOptions;

export function createValidateCommand(application: Application): Command {
  return {
    name: 'validate',
    summary: 'check a configuration: every problem with file, line and column',
    usage: 'tacit validate [--config] FILE... [--set KEY=VALUE]... [--strict] [--print]',
    options,
    async run(args, io) {
      const { values, positionals } = parseArguments(args, options);
      const files = [...(values.config ?? []), ...positionals];
      const { strict = false, print = false, set = [] } = values;
      return application.validate({ files, sets: set, strict, print }, io);
    },
  };
}
