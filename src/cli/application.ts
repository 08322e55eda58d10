/** What the commands that need the whole program ask of it; they only read arguments. */
import type { GraphDocument } from '../contract/graph-document.ts';
import type { StorageTools } from '../contract/storage-check.ts';
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

export interface AnalyzeArguments extends ConfigArguments {
  /** Files; `-` is standard input. At least one. */
  readonly inputs: readonly string[];
  /** The first broken line or file ends it. */
  readonly strict: boolean;
  /** Of change events that stand alone; empty: unknown. */
  readonly topic: string;
}

export interface ReplayArguments {
  /** Files; `-` is standard input. At least one. */
  readonly inputs: readonly string[];
  /** Time distances are divided by it; Infinity: no waiting. */
  readonly speed: number;
  readonly otlp: URL;
  readonly events: URL;
  /** Brokers; none: records go to `events`. */
  readonly kafka: readonly string[];
  /** Of change events that stand alone; empty: unknown. */
  readonly topic: string;
}

export interface Analysis {
  /** Undefined when there is none to show: what is wrong was said. */
  readonly document: GraphDocument | undefined;
  readonly exitCode: number;
}

export interface StorageCommands {
  readonly tools: StorageTools;
  /** The data directory that a configuration names. Throws a `SourceError` when it names none, or is wrong. */
  directoryOf(args: ConfigArguments, io: Io): string;
}

export interface Application {
  readonly version: string;
  serve(args: ConfigArguments, io: Io): Promise<number>;
  validate(args: ValidateArguments, io: Io): Promise<number>;
  /** Says problems, notes and progress on stderr; writes no graph. */
  analyze(args: AnalyzeArguments, io: Io): Promise<Analysis>;
  /** Says problems, progress and the result on stderr. */
  replay(args: ReplayArguments, io: Io): Promise<number>;
  storage(): Promise<StorageCommands>;
}
