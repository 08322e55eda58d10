/** `tacit graph`: shows the graph of a running service, or of a file that `tacit analyze` wrote. */
import { EDGE_KINDS, type GraphDocument, NODE_KINDS } from '../contract/graph-document.ts';
import { graphDocument } from '../query/document.ts';
import { type GraphFilter, isEdgeKind, isNodeKind } from '../query/filter.ts';
import { selectGraph } from '../query/select.ts';
import { nearestWords } from '../query/words.ts';
import { parseArguments, UsageError } from './arguments.ts';
import {
  askClient,
  atOption,
  CLIENT_USAGE,
  type Client,
  clientOf,
  clientOptions,
  readGraphFile,
  runClient,
} from './client.ts';
import { type Command, type CommandOptions, EXIT_DONE, type Io } from './command.ts';
import { asGraphDocument } from './output/document-source.ts';
import { isOutputFormat, OUTPUT_FORMATS, type OutputFormat, renderGraph, writeText } from './output/render.ts';

const options = {
  ...clientOptions,
  ...atOption,
  format: { type: 'string', value: 'FORMAT', description: `One of ${OUTPUT_FORMATS.join(', ')} (default table).` },
  kind: { type: 'string', value: 'KINDS', description: 'Only these kinds of nodes or edges, comma-separated.' },
  env: { type: 'string', value: 'NAMES', description: 'Only these environments, comma-separated.' },
  'min-count': { type: 'string', value: 'N', description: 'Only edges counted at least so often.' },
} as const satisfies CommandOptions;

interface Request {
  readonly client: Client;
  readonly at: string | undefined;
  readonly format: OutputFormat;
  readonly kinds: readonly string[];
  readonly environments: readonly string[];
  readonly minCount: number;
}

export const graphCommand: Command = {
  name: 'graph',
  summary: 'show the graph as a table, JSON, a drawing, or a file of other tools',
  usage: `tacit graph ${CLIENT_USAGE} [--at TIME] [--format ${OUTPUT_FORMATS.join('|')}] [--kind KINDS] [--env NAMES] [--min-count N]`,
  options,
  async run(args, io) {
    const request = requestOf(args, io);
    return runClient('graph', io, async () => {
      const { file } = request.client;
      const document = file === undefined ? await askRunning(request) : await askFile(file, request);
      await writeText(io.stdout, renderGraph(document, request.format));
      if (request.format === 'table') await writeText(io.stderr, summaryOf(document));
      return EXIT_DONE;
    });
  },
};

function requestOf(args: readonly string[], io: Io): Request {
  const { values, positionals } = parseArguments(args, options);
  if (positionals.length > 0)
    throw new UsageError(`graph takes no argument such as '${positionals[0]}'; see tacit graph --help`);
  const format = values.format ?? 'table';
  if (!isOutputFormat(format))
    throw new UsageError(`--format "${format}" is unknown; one of ${OUTPUT_FORMATS.join(', ')}`);
  return {
    client: clientOf(values, io.env),
    at: values.at,
    format,
    kinds: kindsOf(values.kind),
    environments: listOf(values.env),
    minCount: countOf(values['min-count']),
  };
}

function listOf(text: string | undefined): string[] {
  return (text ?? '').split(',').filter(part => part !== '');
}

function kindsOf(text: string | undefined): string[] {
  const kinds = listOf(text);
  const known = [...NODE_KINDS, ...EDGE_KINDS];
  const unknown = kinds.find(kind => !isNodeKind(kind) && !isEdgeKind(kind));
  if (unknown === undefined) return kinds;
  const near = nearestWords(unknown, known);
  const meant = near.length > 0 ? ` did you mean ${near.join(' or ')}?` : '';
  throw new UsageError(`--kind "${unknown}" is unknown;${meant} known: ${known.join(', ')}`);
}

function countOf(text: string | undefined): number {
  if (text === undefined) return 0;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new UsageError(`--min-count "${text}" is no whole number from 0 up`);
}

async function askRunning({ client, at, kinds, environments, minCount }: Request): Promise<GraphDocument> {
  const parameters = new URLSearchParams();
  if (at !== undefined) parameters.set('at', at);
  if (kinds.length > 0) parameters.set('kind', kinds.join(','));
  if (environments.length > 0) parameters.set('env', environments.join(','));
  if (minCount > 0) parameters.set('min_count', String(minCount));
  return asGraphDocument(await askClient(client, 'v1/graph', parameters), client.url.origin);
}

/** A file is shown in every state: it is a record of what was, not of what is. */
async function askFile(path: string, { kinds, environments, minCount }: Request): Promise<GraphDocument> {
  const nodeKinds = kinds.filter(isNodeKind);
  const edgeKinds = kinds.filter(isEdgeKind);
  const filter: GraphFilter = {
    ...(nodeKinds.length > 0 ? { nodeKinds: new Set(nodeKinds) } : {}),
    ...(edgeKinds.length > 0 ? { edgeKinds: new Set(edgeKinds) } : {}),
    ...(environments.length > 0 ? { environments: new Set(environments) } : {}),
    minCount,
  };
  const { view } = await readGraphFile(path);
  return graphDocument(view, selectGraph(view, filter));
}

function summaryOf({ nodes, edges, asOf, truncated }: GraphDocument): string {
  return `${nodes.length} nodes, ${edges.length} edges as of ${asOf}${truncated ? ' (cut by a limit)' : ''}\n`;
}
