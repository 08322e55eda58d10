/** `tacit graph`: shows the graph of a running service, or of a file that `tacit analyze` wrote. */
import { EDGE_KINDS, type GraphDocument, NODE_KINDS } from '../contract/graph-document.ts';
import { graphDocument } from '../query/document.ts';
import { DanglingEdgeError, viewOfDocument } from '../query/document-view.ts';
import { type GraphFilter, isEdgeKind, isNodeKind } from '../query/filter.ts';
import { selectGraph } from '../query/select.ts';
import { nearestWords } from '../query/words.ts';
import { parseArguments, UsageError } from './arguments.ts';
import { type Command, type CommandOptions, EXIT_DATA_TROUBLE, EXIT_DONE, type Io } from './command.ts';
import { documentOfFile, documentOfService, SourceError, textOfFile } from './output/document-source.ts';
import { isOutputFormat, OUTPUT_FORMATS, type OutputFormat, renderGraph, writeText } from './output/render.ts';

const DEFAULT_URL = 'http://127.0.0.1:8484';

const options = {
  url: {
    type: 'string',
    value: 'URL',
    description: `Where the service answers (default TACIT_URL, else ${DEFAULT_URL}).`,
  },
  token: {
    type: 'string',
    value: 'TOKEN',
    description:
      'The token that the service asks for (default TACIT_TOKEN, which other users of the machine do not see).',
  },
  'ca-file': {
    type: 'string',
    value: 'FILE',
    description: 'PEM file with the authority of the service’s certificate, where the system does not know it.',
  },
  'cert-file': { type: 'string', value: 'FILE', description: 'PEM file with the certificate to show (mutual TLS).' },
  'key-file': { type: 'string', value: 'FILE', description: 'PEM file with the private key of that certificate.' },
  file: {
    type: 'string',
    value: 'FILE',
    description: 'Read this graph document instead, as `tacit analyze` writes it.',
  },
  format: { type: 'string', value: 'FORMAT', description: `One of ${OUTPUT_FORMATS.join(', ')} (default table).` },
  kind: { type: 'string', value: 'KINDS', description: 'Only these kinds of nodes or edges, comma-separated.' },
  env: { type: 'string', value: 'NAMES', description: 'Only these environments, comma-separated.' },
  'min-count': { type: 'string', value: 'N', description: 'Only edges counted at least so often.' },
} as const satisfies CommandOptions;

interface Request {
  readonly url: URL;
  readonly token: string | undefined;
  /** Paths of PEM files. */
  readonly tlsFiles: {
    readonly ca: string | undefined;
    readonly cert: string | undefined;
    readonly key: string | undefined;
  };
  readonly file: string | undefined;
  readonly format: OutputFormat;
  readonly kinds: readonly string[];
  readonly environments: readonly string[];
  readonly minCount: number;
}

export const graphCommand: Command = {
  name: 'graph',
  summary: 'show the graph as a table, JSON, Graphviz or Mermaid',
  usage:
    'tacit graph [--url URL [--token TOKEN] [--ca-file FILE] | --file FILE] [--format table|json|dot|mermaid] [--kind KINDS] [--env NAMES] [--min-count N]',
  options,
  async run(args, io) {
    try {
      const request = requestOf(args, io);
      const document = request.file === undefined ? await askRunning(request) : await askFile(request.file, request);
      await writeText(io.stdout, renderGraph(document, request.format));
      if (request.format === 'table') await writeText(io.stderr, summaryOf(document));
      return EXIT_DONE;
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      await writeText(io.stderr, `tacit graph: ${error.message}\n`);
      return error.exitCode;
    }
  },
};

function requestOf(args: readonly string[], io: Io): Request {
  const { values, positionals } = parseArguments(args, options);
  if (positionals.length > 0)
    throw new UsageError(`graph takes no argument such as '${positionals[0]}'; see tacit graph --help`);
  if (values.url !== undefined && values.file !== undefined) throw new UsageError('give --url or --file, not both');
  if ((values['cert-file'] === undefined) !== (values['key-file'] === undefined))
    throw new UsageError('--cert-file and --key-file belong together; give both');
  const format = values.format ?? 'table';
  if (!isOutputFormat(format))
    throw new UsageError(`--format "${format}" is unknown; one of ${OUTPUT_FORMATS.join(', ')}`);
  return {
    url: urlOf(values.url ?? io.env.TACIT_URL ?? DEFAULT_URL),
    token: tokenOf(values.token ?? io.env.TACIT_TOKEN),
    tlsFiles: { ca: values['ca-file'], cert: values['cert-file'], key: values['key-file'] },
    file: values.file,
    format,
    kinds: kindsOf(values.kind),
    environments: listOf(values.env),
    minCount: countOf(values['min-count']),
  };
}

function urlOf(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw new UsageError(`--url "${text}" is no URL such as ${DEFAULT_URL}`);
}

/** One that cannot stand in a header would end in an error that shows it. */
function tokenOf(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^[!-~]+$/.test(text)) return text;
  throw new UsageError('the token must be visible ASCII without blanks');
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

async function askRunning({ url, token, tlsFiles, kinds, environments, minCount }: Request): Promise<GraphDocument> {
  const [ca, cert, key] = await Promise.all(
    [tlsFiles.ca, tlsFiles.cert, tlsFiles.key].map(path => (path === undefined ? undefined : textOfFile(path))),
  );
  const parameters = new URLSearchParams();
  if (kinds.length > 0) parameters.set('kind', kinds.join(','));
  if (environments.length > 0) parameters.set('env', environments.join(','));
  if (minCount > 0) parameters.set('min_count', String(minCount));
  return documentOfService({ url, token, tls: { ca, cert, key } }, parameters);
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
  const document = await documentOfFile(path);
  try {
    const view = viewOfDocument(document);
    return graphDocument(view, selectGraph(view, filter));
  } catch (error) {
    if (!(error instanceof DanglingEdgeError)) throw error;
    throw new SourceError(`${path}: ${error.message}`, EXIT_DATA_TROUBLE);
  }
}

function summaryOf({ nodes, edges, asOf, truncated }: GraphDocument): string {
  return `${nodes.length} nodes, ${edges.length} edges as of ${asOf}${truncated ? ' (cut by a limit)' : ''}\n`;
}
