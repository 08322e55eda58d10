/** The list of commands, in the order of the help text. */
import { createAnalyzeCommand } from './analyze.ts';
import type { Application } from './application.ts';
import type { Command } from './command.ts';
import { couplingsCommand } from './couplings.ts';
import { diffCommand } from './diff.ts';
import { doctorCommand } from './doctor.ts';
import { explainCommand } from './explain.ts';
import { graphCommand } from './graph.ts';
import { pathsCommand } from './paths.ts';
import { createReplayCommand } from './replay.ts';
import { schemaCommand } from './schema.ts';
import { createServeCommand } from './serve.ts';
import { createStorageCommand } from './storage.ts';
import { createValidateCommand } from './validate.ts';
import { watchCommand } from './watch.ts';

export function createCommands(application: Application): readonly Command[] {
  return [
    createServeCommand(application),
    createValidateCommand(application),
    createAnalyzeCommand(application),
    createReplayCommand(application),
    graphCommand,
    pathsCommand,
    couplingsCommand,
    explainCommand,
    diffCommand,
    watchCommand,
    doctorCommand,
    createStorageCommand(application),
    schemaCommand,
  ];
}
