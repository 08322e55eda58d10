/** The formats of a graph beside its own document, each with how it is written and its media type. */
import type { GraphParts } from '../select.ts';
import { cytoscapePieces } from './cytoscape.ts';
import { dotLines } from './dot.ts';
import { gexfPieces } from './gexf.ts';
import { grafanaPieces } from './grafana.ts';
import { graphmlPieces } from './graphml.ts';
import { mermaidLines } from './mermaid.ts';

interface Drawing {
  readonly mediaType: string;
  /** Text in pieces. */
  readonly pieces: (graph: GraphParts) => Iterable<string>;
}

const JSON_TYPE = 'application/json; charset=utf-8';

export const DRAWINGS = {
  dot: { mediaType: 'text/vnd.graphviz; charset=utf-8', pieces: dotLines },
  mermaid: { mediaType: 'text/vnd.mermaid; charset=utf-8', pieces: mermaidLines },
  graphml: { mediaType: 'application/graphml+xml; charset=utf-8', pieces: graphmlPieces },
  gexf: { mediaType: 'application/gexf+xml; charset=utf-8', pieces: gexfPieces },
  cytoscape: { mediaType: JSON_TYPE, pieces: cytoscapePieces },
  grafana: { mediaType: JSON_TYPE, pieces: grafanaPieces },
} as const satisfies Record<string, Drawing>;

export type DrawingFormat = keyof typeof DRAWINGS;
export const DRAWING_FORMATS = Object.keys(DRAWINGS) as readonly DrawingFormat[];
