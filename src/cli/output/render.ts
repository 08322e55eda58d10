/** A graph document in the format a person or a program asked for. */
import type { GraphDocument } from '../../contract/graph-document.ts';
import { DRAWING_FORMATS, DRAWINGS, type DrawingFormat } from '../../query/formats/drawings.ts';
import type { GraphParts } from '../../query/select.ts';
import { graphToTable } from './table.ts';

export const OUTPUT_FORMATS = ['table', 'json', ...DRAWING_FORMATS] as const;
export type OutputFormat = 'table' | 'json' | DrawingFormat;

export function isOutputFormat(text: string): text is OutputFormat {
  return (OUTPUT_FORMATS as readonly string[]).includes(text);
}

/** Text that ends with a line end. */
export function renderGraph(document: GraphDocument, format: OutputFormat): string {
  if (format === 'table') return graphToTable(document);
  if (format === 'json') return `${JSON.stringify(document, null, 2)}\n`;
  return renderParts(document, format);
}

export function isDrawing(format: OutputFormat): format is DrawingFormat {
  return format !== 'table' && format !== 'json';
}

/** A part of a graph, drawn. */
export function renderParts(graph: GraphParts, format: DrawingFormat): string {
  return Array.from(DRAWINGS[format].pieces(graph)).join('');
}

/** Resolves once the text was handed over, so that an exit right after it cuts nothing off. A closed pipe is no error. */
export function writeText(stream: NodeJS.WritableStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once('error', settle);
    stream.write(text, settle);
    function settle(error?: Error | null): void {
      stream.removeListener('error', settle);
      if (error == null || (error as NodeJS.ErrnoException).code === 'EPIPE') resolve();
      else reject(error);
    }
  });
}
