/** `tacit diff`: what is different between two times of a running service, or between two recorded graphs. */
import { diffGraphs } from '../query/diff.ts';
import { DEFAULT_DIFF_LIMIT, DEFAULT_MIN_RATIO, type DiffDocument, diffDocument } from '../query/diff-document.ts';
import { answerFormatOf, formatOption } from './answer-format.ts';
import { parseArguments, UsageError } from './arguments.ts';
import { askClient, type Client, clientOf, readGraphFile, runClient, serviceOptions } from './client.ts';
import { type Command, type CommandOptions, EXIT_DONE, type Io } from './command.ts';
import { diffText } from './output/diff-text.ts';
import { writeText } from './output/render.ts';
import { fileFilter, numberOf, parametersOf } from './way-options.ts';

const MAX_LIMIT = 10_000;

const options = {
  ...serviceOptions,
  start: {
    type: 'string',
    value: 'TIME',
    description: 'The earlier time: RFC 3339, or -1h for an hour ago (default -1h).',
  },
  end: { type: 'string', value: 'TIME', description: 'The later time (default now).' },
  file: {
    type: 'string',
    multiple: true,
    value: 'FILE',
    description: 'Twice: compare these graph documents instead, the earlier one first.',
  },
  'min-ratio': {
    type: 'string',
    value: 'N',
    description: `Changes of weights by at least this factor (default ${DEFAULT_MIN_RATIO}).`,
  },
  env: { type: 'string', value: 'NAMES', description: 'Only these environments, comma-separated.' },
  kind: { type: 'string', value: 'KINDS', description: 'Only these kinds of nodes or edges, comma-separated.' },
  limit: { type: 'string', value: 'N', description: `Of each list, at most (default ${DEFAULT_DIFF_LIMIT}).` },
  format: formatOption,
} as const satisfies CommandOptions;

interface Request {
  readonly client: Client;
  readonly files: readonly string[];
  readonly start: string;
  readonly end: string | undefined;
  readonly minRatio: number;
  readonly env: string | undefined;
  readonly kind: string | undefined;
  readonly limit: number;
  readonly isJson: boolean;
}

export const diffCommand: Command = {
  name: 'diff',
  summary: 'what is different between two times, or two recorded graphs',
  usage: 'tacit diff [--url URL] [--start TIME] [--end TIME] | --file A --file B [--min-ratio N] [--format table|json]',
  options,
  async run(args, io) {
    const request = requestOf(args, io);
    return runClient('diff', io, async () => {
      const answer = request.files.length > 0 ? await compareFiles(request) : await askRunning(request);
      await writeText(io.stdout, request.isJson ? `${JSON.stringify(answer, null, 2)}\n` : diffText(answer));
      return EXIT_DONE;
    });
  },
};

function requestOf(args: readonly string[], { env }: Io): Request {
  const { values, positionals } = parseArguments(args, options);
  if (positionals.length > 0)
    throw new UsageError(`diff takes no argument such as '${positionals[0]}'; write --start ${positionals[0]}`);
  const { file: files = [], start, end, ...rest } = values;
  if (files.length !== 0 && files.length !== 2)
    throw new UsageError('give --file twice: the earlier graph, then the later');
  if (files.length > 0 && (start ?? end ?? values.url) !== undefined)
    throw new UsageError('give --file twice, or times of a service; not both');
  return {
    client: clientOf(rest, env),
    files,
    start: start ?? '-1h',
    end,
    minRatio: ratioOf(values['min-ratio']),
    env: values.env,
    kind: values.kind,
    limit: numberOf('limit', values.limit, DEFAULT_DIFF_LIMIT, MAX_LIMIT),
    isJson: answerFormatOf(values.format) === 'json',
  };
}

function ratioOf(text = String(DEFAULT_MIN_RATIO)): number {
  if (/^\d{1,9}(\.\d+)?$/.test(text) && Number(text) >= 1) return Number(text);
  throw new UsageError(`--min-ratio "${text}" is no number from 1 up`);
}

async function askRunning({ client, start, end, minRatio, env, kind, limit }: Request): Promise<DiffDocument> {
  const parameters = parametersOf({ start, end, min_ratio: minRatio, env, kind, limit });
  return (await askClient(client, 'v1/diff', parameters)) as DiffDocument;
}

async function compareFiles({ files, minRatio, env, limit }: Request): Promise<DiffDocument> {
  const [before, after] = [await readGraphFile(files[0]!), await readGraphFile(files[1]!)];
  const diff = diffGraphs(before.view.figures(), after.view.figures());
  const [startMs, endMs] = [before.view.asOf, after.view.asOf];
  return diffDocument(diff, { startMs, endMs, minRatio, limit, filter: fileFilter(env) });
}
