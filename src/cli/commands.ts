/** The list of commands, in the order of the help text. */
import { analyzeCommand } from './analyze.ts';
import type { Application } from './application.ts';
import type { Command } from './command.ts';
import { graphCommand } from './graph.ts';
import { schemaCommand } from './schema.ts';
import { createServeCommand } from './serve.ts';
import { createValidateCommand } from './validate.ts';

export function createCommands(application: Application): readonly Command[] {
  return [
    createServeCommand(application),
    createValidateCommand(application),
    analyzeCommand,
    graphCommand,
    schemaCommand,
  ];
}
