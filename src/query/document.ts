/**
 * The graph document (`tacit.graph/v1`) of a part of a view: as one object, or as pieces of JSON text that are made
 * one by one, so that a large document never stands in memory as a whole.
 */
import type { GraphDocument } from '../contract/graph-document.ts';
import type { GraphView } from '../contract/graph-view.ts';
import { listPieces } from './formats/json-pieces.ts';
import type { Selection } from './select.ts';

export function graphDocument(view: GraphView, selection: Selection): GraphDocument {
  return {
    schema: 'tacit.graph/v1',
    asOf: new Date(view.asOf).toISOString(),
    revision: view.revision,
    nodes: selection.nodes,
    edges: selection.edges,
    truncated: selection.truncated,
    stats: view.stats,
    diagnostics: view.diagnostics,
  };
}

/** The document's JSON text: joined, the pieces equal `JSON.stringify(document)`. */
export function* graphDocumentPieces(document: GraphDocument): Generator<string> {
  let separator = '{';
  for (const [name, value] of Object.entries(document)) {
    yield `${separator}${JSON.stringify(name)}:`;
    separator = ',';
    if (Array.isArray(value)) yield* listPieces(value);
    else yield JSON.stringify(value);
  }
  yield '}';
}
