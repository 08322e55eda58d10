/**
 * What a command is: a name, its options, and a `run` that takes the arguments after the name and answers with the
 * exit code. Everything a command reads or writes comes in through `Io`, so a test can run it in process.
 */

/** The streams and the environment of the caller. */
export interface Io {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly stdin: NodeJS.ReadableStream;
  readonly env: NodeJS.ProcessEnv;
}

/** One option, in the shape of `parseArgs` of node:util and with the words for the help text. */
export interface CommandOption {
  readonly type: 'string' | 'boolean';
  readonly multiple?: boolean;
  readonly short?: string;
  /** Placeholder of the value in the help text, e.g. `FILE`. */
  readonly value?: string;
  readonly description: string;
}

export type CommandOptions = Readonly<Record<string, CommandOption>>;

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** The line after `Usage: `. */
  readonly usage: string;
  readonly options: CommandOptions;
  run(args: readonly string[], io: Io): Promise<number>;
}

/** Exit codes, the same for every command. */
export const EXIT_DONE = 0;
export const EXIT_WRONG_USE = 1;
export const EXIT_DATA_TROUBLE = 2;
export const EXIT_UNREACHABLE = 3;
