/**
 * Where a client command gets its graph from: the API of a running service, or a file with a graph document.
 * What goes wrong is a `SourceError` with one line to show and the exit code it means.
 */
import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { GraphDocument } from '../../contract/graph-document.ts';
import { printable } from '../../query/formats/labels.ts';
import { graphJsonSchema } from '../../query/schemas/graph-json-schema.ts';
import { EXIT_DATA_TROUBLE, EXIT_UNREACHABLE, EXIT_WRONG_USE } from '../command.ts';

export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

export async function documentOfFile(path: string): Promise<GraphDocument> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const reason = UNREADABLE[error.code ?? ''] ?? `cannot be read (${error.code ?? error.message})`;
    throw new SourceError(`${path}: ${reason}`, EXIT_DATA_TROUBLE);
  });
  return parseDocument(text, path);
}

const UNREADABLE: Readonly<Record<string, string>> = { ENOENT: 'no such file', EISDIR: 'is a directory' };

/** `parameters` go to `/v1/graph` as they are; `token` is sent where there is one. */
export async function documentOfService(
  base: URL,
  token: string | undefined,
  parameters: URLSearchParams,
): Promise<GraphDocument> {
  const url = new URL(`${base.pathname.replace(/\/$/, '')}/v1/graph`, base);
  url.search = parameters.toString();
  const headers = { accept: 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  const response = await fetch(url, { headers }).catch((error: unknown) => {
    throw new SourceError(
      `cannot reach tacit at ${base.origin}: ${reasonOf(error)}; is it running, and is --url right?`,
      EXIT_UNREACHABLE,
    );
  });
  const text = await response.text().catch((error: unknown) => {
    throw new SourceError(`the answer of ${base.origin} broke off: ${reasonOf(error)}`, EXIT_UNREACHABLE);
  });
  if (response.ok) return parseDocument(text, url.href);
  throw new SourceError(
    `${base.origin} refused: ${detailOf(text) ?? `${response.status} ${response.statusText}`}`,
    response.status < 500 ? EXIT_WRONG_USE : EXIT_UNREACHABLE,
  );
}

function parseDocument(text: string, from: string): GraphDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SourceError(`${from}: no JSON: ${printable((error as Error).message)}`, EXIT_DATA_TROUBLE);
  }
  if ((value as { schema?: unknown } | null)?.schema !== 'tacit.graph/v1') {
    const expected = '"schema": "tacit.graph/v1", as `tacit analyze` writes it';
    throw new SourceError(`${from}: no graph document; expected ${expected}`, EXIT_DATA_TROUBLE);
  }
  const isGraphDocument = new Ajv2020({ validateFormats: false }).compile<GraphDocument>(graphJsonSchema());
  if (isGraphDocument(value)) return value;
  const [first] = isGraphDocument.errors ?? [];
  throw new SourceError(`${from}: ${first?.instancePath || 'the document'} ${first?.message}`, EXIT_DATA_TROUBLE);
}

/** The `detail` of a problem answer. */
function detailOf(body: string): string | undefined {
  try {
    const { detail } = JSON.parse(body) as { detail?: unknown };
    return typeof detail === 'string' ? detail : undefined;
  } catch {
    return undefined;
  }
}

/** `fetch` hides the reason in the cause, and with several addresses in the causes of the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof AggregateError) return reasonOf(cause.errors[0]);
  return cause instanceof Error ? cause.message : String(cause);
}
