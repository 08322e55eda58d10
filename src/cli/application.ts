/** What the commands that need the whole program ask of it; they only read arguments. */
import type { Io } from './command.ts';

export interface ConfigArguments {
  /** Configuration files, merged in order; none: the default configuration. */
  readonly files: readonly string[];
  /** `key=value`, merged above the files. */
  readonly sets: readonly string[];
}

export interface ValidateArguments extends ConfigArguments {
  /** Warnings count as errors. */
  readonly strict: boolean;
  /** Print the configuration with its defaults, without secrets. */
  readonly print: boolean;
}

export interface Application {
  readonly version: string;
  serve(args: ConfigArguments, io: Io): Promise<number>;
  validate(args: ValidateArguments, io: Io): Promise<number>;
}
