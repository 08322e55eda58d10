/** `tacit paths`: the best ways from one node to another, of a running service or of a recorded graph. */
import { EDGE_KINDS, type EdgeKind, NODE_KINDS } from '../contract/graph-document.ts';
import type { GraphView } from '../contract/graph-view.ts';
import { isEdgeKind, isNodeKind } from '../query/filter.ts';
import { findNode } from '../query/find.ts';
import { MAX_VIA } from '../query/path-search.ts';
import { DEFAULT_HOPS, DEFAULT_PATHS, findPaths, MAX_HOPS, MAX_PATHS, type PathsAnswer } from '../query/paths.ts';
import { pathsToGraph } from '../query/paths-graph.ts';
import { nearestWords } from '../query/words.ts';
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
import { type Command, type CommandOptions, EXIT_DONE, type Io } from './command.ts';
import { isDrawing, type OutputFormat, renderParts, writeText } from './output/render.ts';
import { pathsToTable } from './output/ways-table.ts';
import { fileFilter, formatOf, listOf, numberOf, parametersOf, wayOptions } from './way-options.ts';

const options = {
  ...clientOptions,
  ...atOption,
  ...wayOptions,
  k: { type: 'string', value: 'N', description: `At most so many paths (default ${DEFAULT_PATHS}).` },
  'max-hops': { type: 'string', value: 'N', description: `Edges of a path, at most (default ${DEFAULT_HOPS}).` },
  via: { type: 'string', value: 'NODES', description: `Nodes to pass, comma-separated, at most ${MAX_VIA}.` },
  avoid: { type: 'string', value: 'NODES', description: 'Nodes not to pass, comma-separated.' },
  kinds: { type: 'string', value: 'KINDS', description: 'Only these kinds of edges, or of nodes between.' },
} as const satisfies CommandOptions;

interface Request {
  readonly client: Client;
  readonly at: string | undefined;
  readonly from: string;
  readonly to: string;
  readonly format: OutputFormat;
  readonly k: number;
  readonly maxHops: number;
  readonly via: string | undefined;
  readonly avoid: string | undefined;
  readonly kinds: string | undefined;
  readonly env: string | undefined;
  readonly implicit: boolean | undefined;
}

export const pathsCommand: Command = {
  name: 'paths',
  summary: 'how data gets from one node to another: observed and composed paths, the most probable first',
  usage: `tacit paths FROM TO ${CLIENT_USAGE} [--k N] [--max-hops N] [--via NODES] [--avoid NODES] [--kinds KINDS] [--implicit] [--env NAMES] [--format FORMAT]`,
  options,
  async run(args, io) {
    const request = requestOf(args, io);
    return runClient('paths', io, async () => {
      const { file } = request.client;
      await (file === undefined ? askRunning(request, io) : askFile(file, request, io));
      return EXIT_DONE;
    });
  },
};

function requestOf(args: readonly string[], { env }: Io): Request {
  const { values, positionals } = parseArguments(args, options);
  if (positionals.length !== 2) throw new UsageError('paths between what? write tacit paths FROM TO');
  checkKinds(values.kinds);
  if (listOf(values.via).length > MAX_VIA) throw new UsageError(`--via takes at most ${MAX_VIA} nodes`);
  return {
    client: clientOf(values, env),
    at: values.at,
    from: positionals[0]!,
    to: positionals[1]!,
    format: formatOf(values.format),
    k: numberOf('k', values.k, DEFAULT_PATHS, MAX_PATHS),
    maxHops: numberOf('max-hops', values['max-hops'], DEFAULT_HOPS, MAX_HOPS),
    via: values.via,
    avoid: values.avoid,
    kinds: values.kinds,
    env: values.env,
    implicit: values.implicit,
  };
}

function checkKinds(text: string | undefined): void {
  const unknown = listOf(text).find(kind => !isNodeKind(kind) && !isEdgeKind(kind));
  if (unknown === undefined) return;
  const known = [...EDGE_KINDS, ...NODE_KINDS];
  const near = nearestWords(unknown, known);
  const meant = near.length > 0 ? ` did you mean ${near.join(' or ')}?` : '';
  throw new UsageError(`--kinds "${unknown}" is unknown;${meant} known: ${known.join(', ')}`);
}

async function askRunning(request: Request, io: Io): Promise<void> {
  const { client, format, from, to, k, maxHops, via, avoid, kinds, env, at, implicit } = request;
  const asked = parametersOf({ from, to, k, max_hops: maxHops, via, avoid, kinds, env, at, implicit });
  if (isDrawing(format)) {
    asked.set('format', format);
    return writeText(io.stdout, await askClientText(client, 'v1/paths', asked));
  }
  await write((await askClient(client, 'v1/paths', asked)) as PathsAnswer, format, io);
}

async function askFile(path: string, request: Request, io: Io): Promise<void> {
  const { document, view } = await readGraphFile(path);
  const answer = findPaths(view, {
    from: nodeOfFile(view, request.from),
    to: nodeOfFile(view, request.to),
    k: request.k,
    maxHops: request.maxHops,
    via: nodesOf(view, request.via),
    avoid: nodesOf(view, request.avoid),
    filter: { ...fileFilter(request.env), ...kindsOf(request.kinds) },
    implicit: request.implicit,
  });
  const { format } = request;
  if (isDrawing(format)) return writeText(io.stdout, renderParts(pathsToGraph(view, answer), format));
  await write(answer, format, io);
  if (document.paths === undefined && format === 'table')
    await writeText(io.stderr, `${path} holds no paths, only edges: all but single edges are composed\n`);
}

function nodesOf(view: GraphView, text: string | undefined): number[] {
  if (text === undefined) return [];
  const names = findNode(view, text).found === 'one' ? [text] : listOf(text);
  return names.map(name => nodeOfFile(view, name));
}

function kindsOf(text: string | undefined) {
  const kinds = listOf(text);
  const nodeKinds = kinds.filter(isNodeKind);
  const edgeKinds: EdgeKind[] = kinds.filter(isEdgeKind);
  return {
    ...(nodeKinds.length > 0 ? { nodeKinds: new Set(nodeKinds) } : {}),
    ...(edgeKinds.length > 0 ? { edgeKinds: new Set(edgeKinds) } : {}),
  };
}

async function write(answer: PathsAnswer, format: 'table' | 'json', io: Io): Promise<void> {
  if (format === 'json') return writeText(io.stdout, `${JSON.stringify(answer, null, 2)}\n`);
  await writeText(io.stdout, pathsToTable(answer));
  await writeText(io.stderr, summaryOf(answer));
}

function summaryOf({ paths, from, to, truncated }: PathsAnswer): string {
  const observed = paths.filter(path => path.observed).length;
  const cut = truncated ? ' (there were too many ways to look at all)' : '';
  return `${paths.length} ${paths.length === 1 ? 'path' : 'paths'} from ${from} to ${to}, ${observed} observed${cut}\n`;
}
