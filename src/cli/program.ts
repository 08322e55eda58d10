/** Arguments → the command they name → its exit code. A user's mistake is one message on stderr, without a stack. */
import { nearestName } from '../lib/nearest.ts';
import { parseArguments, UsageError } from './arguments.ts';
import { type Command, EXIT_DONE, EXIT_WRONG_USE, type Io } from './command.ts';
import { commandHelp, programHelp } from './help.ts';

export interface Program {
  readonly version: string;
  readonly commands: readonly Command[];
}

export async function runProgram(args: readonly string[], io: Io, program: Program): Promise<number> {
  const all = { ...program, commands: [...program.commands, helpCommand(program)] };
  const [first, ...rest] = args;
  if (first === undefined) {
    io.stderr.write(programHelp(all.commands, program.version));
    return EXIT_WRONG_USE;
  }
  if (first === '--version' || first === '-V') return say(io, `${program.version}\n`);
  if (first === '--help' || first === '-h') return say(io, programHelp(all.commands, program.version));
  try {
    return await runCommand(findCommand(first, all), rest, io);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.stderr.write(`tacit: ${error.message}\n`);
    return EXIT_WRONG_USE;
  }
}

async function runCommand(command: Command, args: readonly string[], io: Io): Promise<number> {
  const end = args.indexOf('--');
  const flags = end < 0 ? args : args.slice(0, end);
  if (flags.includes('--help') || flags.includes('-h')) return say(io, commandHelp(command));
  parseArguments(args, command.options);
  return await command.run(args, io);
}

function findCommand(name: string, { commands }: Program): Command {
  const found = commands.find(command => command.name === name);
  if (found !== undefined) return found;
  const names = commands.map(command => command.name);
  const nearest = nearestName(name, names);
  const right = nearest === undefined ? `commands are ${names.join(', ')}` : `did you mean '${nearest}'?`;
  throw new UsageError(`'${name}' is no command; ${right}`);
}

function helpCommand(program: Program): Command {
  return {
    name: 'help',
    summary: 'show the commands, or the options of one',
    usage: 'tacit help [COMMAND]',
    options: {},
    async run(args, io) {
      const all = [...program.commands, helpCommand(program)];
      const [name] = args;
      const text =
        name === undefined
          ? programHelp(all, program.version)
          : commandHelp(findCommand(name, { ...program, commands: all }));
      return say(io, text);
    },
  };
}

function say(io: Io, text: string): number {
  io.stdout.write(text);
  return EXIT_DONE;
}
