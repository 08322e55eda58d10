/** The commands' view of the program, made real: reads the configuration, says its problems, runs the service. */

import type { ConfigArguments, ValidateArguments } from '../cli/application.ts';
import type { Io } from '../cli/command.ts';
import type { Config } from '../config/load.ts';
import { formatProblem, type Problem } from '../config/problem.ts';
import { showConfig } from '../config/show.ts';
import { readConfig } from './read-config.ts';
import { runService } from './serve.ts';

export async function serve(args: ConfigArguments, io: Io): Promise<number> {
  const read = () => readConfig({ ...args, env: io.env });
  const { config, problems } = read();
  if (config !== undefined) return runService(config, { warnings: problems, readAgain: read, output: io });
  sayProblems(problems, io);
  return 1;
}

export async function validate(args: ValidateArguments, io: Io): Promise<number> {
  const { config, problems } = readConfig({ ...args, env: io.env });
  sayProblems(problems, io);
  if (config === undefined || (args.strict && problems.length > 0)) return 1;
  io.stdout.write(args.print ? showConfig(config) : `${summary(config, args.files)}\n`);
  return 0;
}

function sayProblems(problems: readonly Problem[], io: Io): void {
  for (const problem of problems) io.stderr.write(`${formatProblem(problem)}\n`);
}

function summary(config: Config, files: readonly string[]): string {
  const pipelines = Object.keys(config.service.pipelines);
  const name = files.length === 0 ? 'the default configuration' : files.join(' + ');
  return `${name}: valid, with ${pipelines.length === 1 ? 'the pipeline' : 'pipelines'} ${pipelines.join(', ')}`;
}
