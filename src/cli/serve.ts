/** `tacit serve`: runs the service until it is told to stop. */
import type { Application } from './application.ts';
import { parseArguments, UsageError } from './arguments.ts';
import type { Command } from './command.ts';
import { configOptions } from './config-options.ts';

export function createServeCommand(application: Application): Command {
  return {
    name: 'serve',
    summary: 'run the service: take spans, keep the graph, answer questions',
    usage: 'tacit serve [--config FILE]... [--set KEY=VALUE]...',
    options: configOptions,
    async run(args, io) {
      const { values, positionals } = parseArguments(args, configOptions);
      if (positionals.length > 0) {
        throw new UsageError(
          `'${positionals[0]}' has no option before it; write tacit serve --config ${positionals[0]}`,
        );
      }
      return application.serve({ files: values.config ?? [], sets: values.set ?? [] }, io);
    },
  };
}
