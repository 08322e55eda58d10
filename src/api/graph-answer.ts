/** A graph as an answer, in the format asked for, streamed. */
import type { FastifyReply } from 'fastify';
import type { GraphView } from '../contract/graph-view.ts';
import { graphDocument, graphDocumentPieces } from '../query/document.ts';
import { dotLines } from '../query/formats/dot.ts';
import { mermaidLines } from '../query/formats/mermaid.ts';
import type { Selection } from '../query/select.ts';
import type { ApiContext } from './context.ts';
import type { FORMATS } from './parameters.ts';
import { streamText } from './stream.ts';

type Format = (typeof FORMATS)[number];

const MEDIA_TYPES: Readonly<Record<Format, string>> = {
  json: 'application/json; charset=utf-8',
  dot: 'text/vnd.graphviz; charset=utf-8',
  mermaid: 'text/vnd.mermaid; charset=utf-8',
};

/** Throws a `Problem` when too many answers are under way. */
export function sendGraph(
  { streams }: ApiContext,
  reply: FastifyReply,
  view: GraphView,
  graph: Selection,
  format: Format,
): FastifyReply {
  const leave = streams.enter();
  const stream = streamText(piecesOf(view, graph, format)).once('close', leave);
  reply.raw.once('close', () => stream.destroy());
  return reply.type(MEDIA_TYPES[format]).send(stream);
}

function piecesOf(view: GraphView, graph: Selection, format: Format): Iterable<string> {
  switch (format) {
    case 'json':
      return graphDocumentPieces(graphDocument(view, graph));
    case 'dot':
      return dotLines(graph);
    case 'mermaid':
      return mermaidLines(graph);
  }
}
