/** `tacit analyze`: the graph of recorded files, offline. */
import { access, constants, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { GraphDocument } from '../contract/graph-document.ts';
import type { Application } from './application.ts';
import { parseArguments, UsageError } from './arguments.ts';
import { type Command, type CommandOptions, EXIT_DATA_TROUBLE, type Io } from './command.ts';
import { configOptions } from './config-options.ts';
import { isOutputFormat, OUTPUT_FORMATS, type OutputFormat, renderGraph, writeText } from './output/render.ts';

const options = {
  format: {
    type: 'string',
    value: 'FORMAT',
    description: `One of ${OUTPUT_FORMATS.join(', ')} (default table on a terminal, else json).`,
  },
  output: { type: 'string', short: 'o', value: 'FILE', description: 'Write the graph to this file.' },
  ...configOptions,
  topic: {
    type: 'string',
    value: 'NAME',
    description: 'Topic of change events that stand alone, without a record around.',
  },
  strict: { type: 'boolean', description: 'Stop at the first broken line or file.' },
} as const satisfies CommandOptions;

interface Request {
  readonly inputs: readonly string[];
  readonly files: readonly string[];
  readonly sets: readonly string[];
  readonly strict: boolean;
  readonly topic: string;
  readonly format: OutputFormat;
  readonly output: string | undefined;
}

export function createAnalyzeCommand(application: Application): Command {
  return {
    name: 'analyze',
    summary: 'the graph of recorded files, offline',
    usage: `tacit analyze FILE... [--format ${OUTPUT_FORMATS.join('|')}] [--output FILE] [--config FILE]... [--set KEY=VALUE]... [--topic NAME] [--strict]`,
    options,
    async run(args, io) {
      const request = requestOf(args, io);
      if (request.output !== undefined) await checkOutput(request.output, request.inputs);
      const { document, exitCode } = await application.analyze(request, io);
      if (document === undefined) return exitCode;
      return (await write(document, request, io)) ? exitCode : EXIT_DATA_TROUBLE;
    },
  };
}

function requestOf(args: readonly string[], { stdout }: Io): Request {
  const { values, positionals } = parseArguments(args, options);
  if (positionals.length === 0) throw new UsageError('analyze what? write tacit analyze FILE..., - for standard input');
  if (positionals.filter(path => path === '-').length > 1)
    throw new UsageError('- can be given once: standard input is read once');
  const terminal = values.output === undefined && (stdout as { isTTY?: boolean }).isTTY === true;
  const format = values.format ?? (terminal ? 'table' : 'json');
  if (!isOutputFormat(format))
    throw new UsageError(`--format "${format}" is unknown; one of ${OUTPUT_FORMATS.join(', ')}`);
  return {
    inputs: positionals,
    files: values.config ?? [],
    sets: values.set ?? [],
    strict: values.strict ?? false,
    topic: values.topic ?? '',
    format,
    output: values.output,
  };
}

/** A mistake shows before the inputs are read, which may take long. */
async function checkOutput(path: string, inputs: readonly string[]): Promise<void> {
  if (inputs.some(input => input !== '-' && resolve(input) === resolve(path)))
    throw new UsageError(`--output ${path} is one of the inputs; name another file`);
  const what = await whyUnwritable(path);
  if (what !== undefined) throw new UsageError(`--output ${path}: ${what}; name a file that can be written`);
}

async function whyUnwritable(path: string): Promise<string | undefined> {
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error.code ?? error.message,
    );
  const folder = dirname(resolve(path));
  const isThere = await stat(path).catch(() => undefined);
  if (isThere?.isDirectory()) return 'it is a folder';
  const reason = await codeOf(access(isThere === undefined ? folder : path, constants.W_OK));
  if (reason === undefined) return undefined;
  return reason === 'ENOENT' ? `there is no folder ${dirname(path)}` : `it cannot be written (${reason})`;
}

/** False when it could not be written, which was said. */
async function write(document: GraphDocument, { format, output }: Request, io: Io): Promise<boolean> {
  const text = renderGraph(document, format);
  if (output === undefined) await writeText(io.stdout, text);
  else {
    try {
      await writeFile(output, text);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      await writeText(io.stderr, `${output}: cannot be written (${code ?? message})\n`);
      return false;
    }
  }
  if (format === 'table') await writeText(io.stderr, summaryOf(document));
  return true;
}

function summaryOf({ nodes, edges, asOf, stats }: GraphDocument): string {
  const records = stats.records.received ?? 0;
  const from = records === 0 ? `${stats.spans.received} spans` : `${stats.spans.received} spans and ${records} records`;
  return `${nodes.length} nodes, ${edges.length} edges from ${from}, as of ${asOf}\n`;
}
