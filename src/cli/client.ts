/**
 * What the commands share that ask a running service or read the file of a recorded graph: their options, how these are
 * checked, and how an answer comes from either.
 */
import type { GraphDocument, Node } from '../contract/graph-document.ts';
import type { GraphView } from '../contract/graph-view.ts';
import { DanglingEdgeError, viewOfDocument } from '../query/document-view.ts';
import { findNode } from '../query/find.ts';
import { BrokenPathsError } from '../query/path-columns.ts';
import { UsageError } from './arguments.ts';
import { type CommandOptions, EXIT_DATA_TROUBLE, EXIT_WRONG_USE, type Io } from './command.ts';
import {
  answerOfService,
  documentOfFile,
  type Service,
  SourceError,
  textOfFile,
  textOfService,
} from './output/document-source.ts';
import { writeText } from './output/render.ts';

const DEFAULT_URL = 'http://127.0.0.1:8484';

/** Of commands that a running service alone can answer. */
export const serviceOptions = {
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
} as const satisfies CommandOptions;

export const clientOptions = {
  ...serviceOptions,
  file: {
    type: 'string',
    value: 'FILE',
    description: 'Read this graph document instead, as `tacit analyze` writes it.',
  },
} as const satisfies CommandOptions;

/** Of commands that ask about the graph of now, or of earlier. */
export const atOption = {
  at: { type: 'string', value: 'TIME', description: 'The graph as it was then: RFC 3339, or -1h for an hour ago.' },
} as const satisfies CommandOptions;

/** For the line after `Usage:`. */
export const CLIENT_USAGE = '[--url URL [--token TOKEN] [--ca-file FILE] | --file FILE]';

type ClientValues = { readonly [K in keyof typeof clientOptions | 'at']?: string };

export interface Client {
  readonly url: URL;
  readonly token: string | undefined;
  /** Paths of PEM files. */
  readonly tlsFiles: {
    readonly ca: string | undefined;
    readonly cert: string | undefined;
    readonly key: string | undefined;
  };
  /** Read in place of a service. */
  readonly file: string | undefined;
}

/** Throws a `UsageError` for what cannot be meant. */
export function clientOf(values: ClientValues, env: NodeJS.ProcessEnv): Client {
  if (values.at !== undefined && values.file !== undefined)
    throw new UsageError('a file holds one time; give --at, or --file, not both');
  if (values.url !== undefined && values.file !== undefined) throw new UsageError('give --url or --file, not both');
  if ((values['cert-file'] === undefined) !== (values['key-file'] === undefined))
    throw new UsageError('--cert-file and --key-file belong together; give both');
  return {
    url: urlOf(values.url ?? env.TACIT_URL ?? DEFAULT_URL),
    token: tokenOf(values.token ?? env.TACIT_TOKEN),
    tlsFiles: { ca: values['ca-file'], cert: values['cert-file'], key: values['key-file'] },
    file: values.file,
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

/** What the service answers to `/v1/…`, as JSON. Throws a `SourceError`. */
export async function askClient(client: Client, path: string, parameters: URLSearchParams): Promise<unknown> {
  return answerOfService(await serviceOf(client), path, parameters);
}

/** What the service answers to `/v1/…` in a format that is to be handed on as it is. Throws a `SourceError`. */
export async function askClientText(client: Client, path: string, parameters: URLSearchParams): Promise<string> {
  return textOfService(await serviceOf(client), path, parameters);
}

export async function serviceOf({ url, token, tlsFiles }: Client): Promise<Service> {
  const [ca, cert, key] = await Promise.all(
    [tlsFiles.ca, tlsFiles.cert, tlsFiles.key].map(path => (path === undefined ? undefined : textOfFile(path))),
  );
  return { url, token, tls: { ca, cert, key } };
}

/** Throws a `SourceError` for a file that holds no graph. */
export async function readGraphFile(path: string): Promise<{ document: GraphDocument; view: GraphView }> {
  const document = await documentOfFile(path);
  try {
    return { document, view: viewOfDocument(document) };
  } catch (error) {
    if (!(error instanceof DanglingEdgeError || error instanceof BrokenPathsError)) throw error;
    throw new SourceError(`${path}: ${error.message}`, EXIT_DATA_TROUBLE);
  }
}

/** Index of the node that a text names in a recorded graph. Throws a `SourceError` with what could be meant. */
export function nodeOfFile(view: GraphView, text: string, find = findNode): number {
  const match = find(view, text);
  if (match.found === 'one') return match.index;
  const ids = (nodes: readonly Pick<Node, 'id'>[]) => nodes.map(({ id }) => id).join(' or ');
  if (match.found === 'many')
    throw new SourceError(
      `"${text}" names several nodes; give the id of one: ${ids(match.candidates)}`,
      EXIT_WRONG_USE,
    );
  const meant = match.near.length > 0 ? `; did you mean ${ids(match.near)}?` : '';
  throw new SourceError(`no node has the id, key or name "${text}"${meant}`, EXIT_WRONG_USE);
}

/** Runs a client's work; a `SourceError` is one line on stderr, and its exit code. */
export async function runClient(command: string, io: Io, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    await writeText(io.stderr, `tacit ${command}: ${error.message}\n`);
    return error.exitCode;
  }
}
