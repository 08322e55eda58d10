/** `schemas/graph.schema.json`: the graph document as one JSON Schema that stands alone, for other programs. */
import {
  CheckupSchema,
  DiagnosticSchema,
  EdgeSchema,
  GraphDocumentSchema,
  NodeSchema,
  PathColumnsSchema,
  StatsSchema,
} from './graph-schema.ts';

export function graphJsonSchema(): object {
  const { $id: _, ...root } = plain(GraphDocumentSchema);
  const definitions = [NodeSchema, EdgeSchema, StatsSchema, DiagnosticSchema, CheckupSchema, PathColumnsSchema].map(
    plain,
  );
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'tacit.graph/v1',
    ...root,
    $defs: Object.fromEntries(definitions.map(({ $id, ...definition }) => [$id, definition])),
  };
}

/** As JSON, with references that stay inside the document. */
function plain(schema: object): Record<string, unknown> & { $id: string } {
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' ? `#/$defs/${value.replace('#', '')}` : value,
  );
}
