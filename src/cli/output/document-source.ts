/**
 * Where a client command gets its graph from: the API of a running service, or a file with a graph document.
 * What goes wrong is a `SourceError` with one line to show and the exit code it means.
 */
import { readFile } from 'node:fs/promises';
import type { GraphDocument } from '../../contract/graph-document.ts';
import { printable } from '../../query/formats/labels.ts';
import { graphJsonSchema } from '../../query/schemas/graph-json-schema.ts';
import { EXIT_DATA_TROUBLE, EXIT_UNREACHABLE, EXIT_WRONG_USE } from '../command.ts';
import { askService, BrokenAnswerError, type ClientTls } from './ask-service.ts';

export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** A file's text. */
export async function textOfFile(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const reason = UNREADABLE[error.code ?? ''] ?? `cannot be read (${error.code ?? error.message})`;
    throw new SourceError(`${path}: ${reason}`, EXIT_DATA_TROUBLE);
  });
}

export async function documentOfFile(path: string): Promise<GraphDocument> {
  return asGraphDocument(parseJson(await textOfFile(path), path), path);
}

const UNREADABLE: Readonly<Record<string, string>> = { ENOENT: 'no such file', EISDIR: 'is a directory' };

/** A running service and what it asks of its clients. */
export interface Service {
  readonly url: URL;
  readonly token: string | undefined;
  readonly tls: ClientTls;
}

/** @param path below the service's URL, e.g. `v1/graph`. */
export async function answerOfService(service: Service, path: string, parameters: URLSearchParams): Promise<unknown> {
  return parseJson(await textOfService(service, path, parameters), `${service.url.origin}/${path}`);
}

export function urlOfService(base: URL, path: string, parameters: URLSearchParams): URL {
  const url = new URL(`${base.pathname.replace(/\/$/, '')}/${path}`, base);
  url.search = parameters.toString();
  return url;
}

/** As `answerOfService`, whatever the answer's format. */
export async function textOfService(
  { url: base, token, tls }: Service,
  path: string,
  parameters: URLSearchParams,
): Promise<string> {
  const url = urlOfService(base, path, parameters);
  const headers = { accept: 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  const { status, statusLine, location, body } = await askService(url, headers, tls).catch((error: unknown) => {
    throw new SourceError(troubleOf(error, base), EXIT_UNREACHABLE);
  });
  if (status === 200) return body;
  if (location !== undefined) {
    throw new SourceError(`${base.origin} redirects to ${printable(location)}; give that with --url`, EXIT_WRONG_USE);
  }
  throw refusalOf({ url: base, token }, { status, statusLine, body });
}

/** What an answer that is none means. */
export function refusalOf(
  { url, token }: Pick<Service, 'url' | 'token'>,
  { status, statusLine = String(status), body }: Refusal,
): SourceError {
  const problem = problemOf(body);
  return new SourceError(
    `${url.origin} refused: ${problem.detail ?? statusLine}${adviceOn(status, token, problem)}`,
    status < 500 ? EXIT_WRONG_USE : EXIT_UNREACHABLE,
  );
}

interface Refusal {
  readonly status: number;
  readonly statusLine?: string;
  readonly body: string;
}

/** Of a resource that is there. */
const IS_ANSWER = /^urn:tacit:problem:(?!no-such-resource$)/;

/** How this command does what the answer asks for. */
function adviceOn(status: number, token: string | undefined, { type, candidates }: ProblemAnswer): string {
  if (status === 401) return token === undefined ? '; set TACIT_TOKEN' : '; look at TACIT_TOKEN or --token';
  if (status === 404 && !IS_ANSWER.test(type ?? '')) return '; is --url that of the API, port 8484 by default?';
  return candidates.length === 0 ? '' : `: ${candidates.map(printable).join(' or ')}`;
}

/** Why there was no answer, and what would be right. */
export function troubleOf(error: unknown, { origin, protocol }: URL): string {
  if (error instanceof BrokenAnswerError) return `the answer of ${origin} broke off: ${error.message}`;
  return `cannot reach tacit at ${origin}: ${reasonOf(error)}; ${adviceFor(error, protocol)}`;
}

/** What would be right, as far as the error tells. */
function adviceFor(error: unknown, protocol: string): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const reason = reasonOf(error);
  if (/SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)/.test(code)) return 'name the authority of its certificate: --ca-file';
  if (/certificate required|handshake failure/.test(reason)) {
    return 'it may want a certificate: --cert-file and --key-file';
  }
  if (/wrong version number|packet length too long/.test(reason)) return 'it speaks no TLS there: --url with http://';
  if (code === 'ECONNRESET' && protocol === 'http:') return 'it may speak TLS there: --url with https://';
  return 'is it running, and is --url right?';
}

/** @param from where it comes from, for the error. */
export async function asGraphDocument(value: unknown, from: string): Promise<GraphDocument> {
  if ((value as { schema?: unknown } | null)?.schema !== 'tacit.graph/v1') {
    const expected = '"schema": "tacit.graph/v1", as `tacit analyze` writes it';
    throw new SourceError(`${from}: no graph document; expected ${expected}`, EXIT_DATA_TROUBLE);
  }
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  const isGraphDocument = new Ajv2020({ validateFormats: false }).compile<GraphDocument>(graphJsonSchema());
  if (isGraphDocument(value)) return value;
  const [first] = isGraphDocument.errors ?? [];
  throw new SourceError(`${from}: ${first?.instancePath || 'the document'} ${first?.message}`, EXIT_DATA_TROUBLE);
}

function parseJson(text: string, from: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SourceError(`${from}: no JSON: ${printable((error as Error).message)}`, EXIT_DATA_TROUBLE);
  }
}

interface ProblemAnswer {
  readonly type?: string;
  readonly detail?: string;
  readonly candidates: readonly string[];
}

function problemOf(body: string): ProblemAnswer {
  try {
    const { type, detail, candidates } = JSON.parse(body) as Readonly<Record<string, unknown>>;
    return {
      ...(typeof type === 'string' && { type }),
      ...(typeof detail === 'string' && { detail }),
      candidates: Array.isArray(candidates) ? candidates.map(String) : [],
    };
  } catch {
    return { candidates: [] };
  }
}

/** With several addresses there are several reasons, and the first stands for all; OpenSSL wraps its own in much else. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  const text = error instanceof Error ? error.message : String(error);
  return /:SSL routines:[^:]*:([^:\n]+)/.exec(text)?.[1] ?? text;
}
