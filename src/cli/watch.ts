/** `tacit watch`: tells what happens to the graph of a running service, as it happens, through restarts of either. */
import { setTimeout as wait } from 'node:timers/promises';
import { CHANGE_TYPES, type Change } from '../contract/change.ts';
import { parseArguments, UsageError } from './arguments.ts';
import { type Client, clientOf, runClient, serviceOf, serviceOptions } from './client.ts';
import { type Command, type CommandOptions, EXIT_DONE, EXIT_UNREACHABLE, EXIT_WRONG_USE, type Io } from './command.ts';
import { changeLine } from './output/change-text.ts';
import { refusalOf, type Service, SourceError, troubleOf, urlOfService } from './output/document-source.ts';
import { openStream, type StreamEvent } from './output/event-stream.ts';
import { writeText } from './output/render.ts';
import { parametersOf } from './way-options.ts';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

const options = {
  ...serviceOptions,
  since: {
    type: 'string',
    value: 'N',
    description: 'Begin behind this change (0: with the oldest kept) instead of now.',
  },
  type: { type: 'string', value: 'TYPES', description: `Only these, comma-separated: edge.*, ${CHANGE_TYPES[0]}, ….` },
  severity: { type: 'string', value: 'NAMES', description: 'Only these, comma-separated: info, notice, warning.' },
  kind: {
    type: 'string',
    value: 'KINDS',
    description: 'Only changes of these kinds of nodes or edges, comma-separated.',
  },
  node: { type: 'string', value: 'NODE', description: 'Only changes that concern this node.' },
  service: { type: 'string', value: 'NODE', description: 'Only changes that concern this service.' },
  env: { type: 'string', value: 'NAMES', description: 'Only these environments, comma-separated.' },
  'no-baseline': { type: 'boolean', description: 'Without what is told while an environment is being learned.' },
  limit: { type: 'string', value: 'N', description: 'End after so many changes.' },
  format: { type: 'string', value: 'FORMAT', description: 'One of text, json: a line each (default text).' },
} as const satisfies CommandOptions;

interface Request {
  readonly client: Client;
  readonly filter: URLSearchParams;
  readonly since: number | undefined;
  readonly limit: number;
  readonly isJson: boolean;
}

export const watchCommand: Command = {
  name: 'watch',
  summary: 'tell what changes in the graph, as it happens',
  usage: 'tacit watch [--url URL] [--since N] [--type TYPES] [--node NODE] [--severity NAMES] [--format text|json]',
  options,
  async run(args, io) {
    const request = requestOf(args, io);
    return runClient('watch', io, () => watch(request, io));
  },
};

function requestOf(args: readonly string[], { env }: Io): Request {
  const { values, positionals } = parseArguments(args, options);
  if (positionals.length > 0)
    throw new UsageError(`watch takes no argument such as '${positionals[0]}'; write --node ${positionals[0]}`);
  const { type, severity, kind, node, service, format = 'text' } = values;
  if (format !== 'text' && format !== 'json')
    throw new UsageError(`--format "${format}" is unknown here; text or json`);
  const baseline = values['no-baseline'] === true ? false : undefined;
  return {
    client: clientOf(values, env),
    filter: parametersOf({ type, severity, kind, node, service, env: values.env, baseline }),
    since: values.since === undefined ? undefined : countOf('since', values.since),
    limit: values.limit === undefined ? Number.POSITIVE_INFINITY : countOf('limit', values.limit),
    isJson: format === 'json',
  };
}

function countOf(option: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new UsageError(`--${option} "${text}" is no whole number`);
}

/** Ends when there were enough, or nobody reads; a service that was reached once may go away and come back. */
async function watch(request: Request, io: Io): Promise<number> {
  const service = await serviceOf(request.client);
  const place = { last: request.since, left: request.limit, wasThere: false };
  for (let waitMs = FIRST_WAIT_MS; place.left > 0 && !isClosed(io.stdout); ) {
    const told = await follow(service, request, place, io);
    waitMs = told ? FIRST_WAIT_MS : Math.min(2 * waitMs, LONGEST_WAIT_MS);
    if (place.left > 0 && !isClosed(io.stdout)) await wait(waitMs);
  }
  return EXIT_DONE;
}

interface Place {
  /** Number of the last change, to go on behind. */
  last: number | undefined;
  left: number;
  wasThere: boolean;
}

/** One connection, until it ends; whether there was one. */
async function follow(service: Service, { filter, isJson }: Request, place: Place, io: Io): Promise<boolean> {
  const url = urlOfService(service.url, 'v1/changes/stream', filter);
  const headers = {
    ...(service.token !== undefined && { authorization: `Bearer ${service.token}` }),
    ...(place.last !== undefined && { 'last-event-id': String(place.last) }),
  };
  let answer: Awaited<ReturnType<typeof openStream>>;
  try {
    answer = await openStream(url, headers, service.tls);
  } catch (error) {
    return away(new SourceError(troubleOf(error, service.url), EXIT_UNREACHABLE), place, io);
  }
  if (answer.status !== 200) return away(refusalOf(service, answer), place, io);
  place.wasThere = true;
  for await (const event of answer.events) {
    await tell(event, isJson, place, io);
    if (place.left <= 0 || isClosed(io.stdout)) break;
  }
  return true;
}

async function tell({ id, event, data }: StreamEvent, isJson: boolean, place: Place, io: Io): Promise<void> {
  if (id !== undefined) place.last = Number(id);
  if (event === undefined || data === undefined) return;
  if (event === 'missed' || event === 'behind') return writeText(io.stderr, `${noteOf(event, data)}\n`);
  place.left--;
  await writeText(io.stdout, isJson ? `${data}\n` : changeLine(JSON.parse(data) as Change));
}

function noteOf(event: string, data: string): string {
  const { from, to, behind } = JSON.parse(data) as { from?: number; to?: number; behind?: number };
  if (event === 'behind') return `tacit watch: ${behind} changes behind; what reads this is too slow`;
  return from === 0
    ? 'tacit watch: the service has another log of changes now; it is told from its beginning'
    : `tacit watch: changes ${from} to ${to} are not kept any more`;
}

/** What was never there, or refuses, ends the command; else it may come back. */
async function away(error: SourceError, place: Place, io: Io): Promise<false> {
  if (!place.wasThere || error.exitCode === EXIT_WRONG_USE) throw error;
  await writeText(io.stderr, `tacit watch: ${error.message}; trying again\n`);
  return false;
}

function isClosed(stream: NodeJS.WritableStream): boolean {
  return !stream.writable;
}
