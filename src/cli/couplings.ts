/** `tacit couplings`: which services hang together through topics and tables, of a running service or a recorded graph. */
import { type CouplingsAnswer, DEFAULT_COUPLINGS, findCouplings, MAX_COUPLINGS } from '../query/couplings.ts';
import { findService } from '../query/find.ts';
import { couplingsToGraph } from '../query/paths-graph.ts';
import { parseArguments, UsageError } from './arguments.ts';
import {
  askClient,
  askClientText,
  atOption,
  CLIENT_USAGE,
  type Client,
  clientOf,
  clientOptions,
  nodeOfFile,
  readGraphFile,
  runClient,
} from './client.ts';
import { type Command, type CommandOptions, EXIT_DONE, EXIT_WRONG_USE, type Io } from './command.ts';
import { SourceError } from './output/document-source.ts';
import { isDrawing, type OutputFormat, renderParts, writeText } from './output/render.ts';
import { couplingsToTable } from './output/ways-table.ts';
import { fileFilter, formatOf, numberOf, parametersOf, wayOptions } from './way-options.ts';

const options = {
  ...clientOptions,
  ...atOption,
  ...wayOptions,
  service: { type: 'string', value: 'NAME', description: 'Only pairs with this service at one end.' },
  'min-strength': { type: 'string', value: 'SHARE', description: 'Only pairs at least so strong, 0 to 1.' },
  limit: {
    type: 'string',
    value: 'N',
    description: `At most so many, the strongest first (default ${DEFAULT_COUPLINGS}).`,
  },
} as const satisfies CommandOptions;

interface Request {
  readonly client: Client;
  readonly at: string | undefined;
  readonly format: OutputFormat;
  readonly service: string | undefined;
  readonly minStrength: number;
  readonly limit: number;
  readonly env: string | undefined;
  readonly implicit: boolean | undefined;
}

export const couplingsCommand: Command = {
  name: 'couplings',
  summary: 'which services hang together through topics and tables, the strongest first',
  usage: `tacit couplings ${CLIENT_USAGE} [--implicit] [--service NAME] [--min-strength SHARE] [--limit N] [--env NAMES] [--format FORMAT]`,
  options,
  async run(args, io) {
    const request = requestOf(args, io);
    return runClient('couplings', io, async () => {
      const { file } = request.client;
      await (file === undefined ? askRunning(request, io) : askFile(file, request, io));
      return EXIT_DONE;
    });
  },
};

function requestOf(args: readonly string[], { env }: Io): Request {
  const { values, positionals } = parseArguments(args, options);
  if (positionals.length > 0)
    throw new UsageError(`couplings takes no argument such as '${positionals[0]}'; write --service ${positionals[0]}`);
  return {
    client: clientOf(values, env),
    at: values.at,
    format: formatOf(values.format),
    service: values.service,
    minStrength: shareOf(values['min-strength']),
    limit: numberOf('limit', values.limit, DEFAULT_COUPLINGS, MAX_COUPLINGS),
    env: values.env,
    implicit: values.implicit,
  };
}

function shareOf(text = '0'): number {
  if (/^(0|1|0?\.\d+|1\.0+|0\.\d*)$/.test(text)) return Number(text);
  throw new UsageError(`--min-strength "${text}" is no number from 0 to 1`);
}

async function askRunning({ client, format, ...asked }: Request, io: Io): Promise<void> {
  const { service, minStrength, limit, env, at, implicit } = asked;
  const parameters = parametersOf({ service, min_strength: minStrength, limit, env, at, implicit });
  if (isDrawing(format)) {
    parameters.set('format', format);
    return writeText(io.stdout, await askClientText(client, 'v1/couplings', parameters));
  }
  await write((await askClient(client, 'v1/couplings', parameters)) as CouplingsAnswer, format, io);
}

async function askFile(path: string, request: Request, io: Io): Promise<void> {
  const { view } = await readGraphFile(path);
  const { service, implicit, minStrength, limit, format, env } = request;
  const place = service === undefined ? undefined : nodeOfFile(view, service, findService);
  if (place !== undefined && view.nodes[place]!.kind !== 'service')
    throw new SourceError(`${view.nodes[place]!.id} is no service; couplings are those of a service`, EXIT_WRONG_USE);
  const answer = findCouplings(view, { filter: fileFilter(env), service: place, implicit, minStrength, limit });
  if (isDrawing(format)) return writeText(io.stdout, renderParts(couplingsToGraph(view, answer), format));
  await write(answer, format, io);
}

async function write(answer: CouplingsAnswer, format: 'table' | 'json', io: Io): Promise<void> {
  if (format === 'json') return writeText(io.stdout, `${JSON.stringify(answer, null, 2)}\n`);
  await writeText(io.stdout, couplingsToTable(answer));
  await writeText(io.stderr, summaryOf(answer));
}

function summaryOf({ couplings, truncated }: CouplingsAnswer): string {
  const implicit = couplings.filter(coupling => coupling.implicit).length;
  return `${couplings.length} ${couplings.length === 1 ? 'coupling' : 'couplings'}, ${implicit} implicit${truncated ? ' (there are more)' : ''}\n`;
}
