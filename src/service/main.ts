/** The process around the commands: streams in, exit code out. The heavy parts load only for commands that need them. */
import type { Application } from '../cli/application.ts';
import { createCommands } from '../cli/commands.ts';
import { runProgram } from '../cli/program.ts';
import { flushed } from '../telemetry/log-output.ts';
import { nameSourceLines } from '../telemetry/source-lines.ts';
import { endWithNpx } from './end-with-npx.ts';
import { VERSION } from './version.ts';

const application: Application = {
  version: VERSION,
  serve: async (args, io) => {
    endWithNpx();
    return (await import('./application.ts')).serve(args, io);
  },
  validate: async (args, io) => (await import('./application.ts')).validate(args, io),
  analyze: async (args, io) => (await import('./analyze/analyze.ts')).analyze(args, io),
  replay: async (args, io) => (await import('./replay/replay.ts')).replay(args, io),
  storage: async () => (await import('./storage/tools.ts')).storageCommands,
};

export async function runMain(): Promise<void> {
  nameSourceLines();
  const { stdin, stdout, stderr, env, argv } = process;
  // Whoever read the log is gone, or its disk is full: the service goes on.
  stderr.on('error', () => {});
  // A reader that has seen enough (`| head`) is no mistake.
  stdout.on('error', error => {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(0);
    throw error;
  });
  const program = { version: VERSION, commands: createCommands(application) };
  const code = await runProgram(argv.slice(2), { stdin, stdout, stderr, env }, program);
  // Pipes are written asynchronously: the exit waits for what is still on its way.
  await flushed([stderr, stdout]);
  process.exit(code);
}
