/** A graph as an answer, in the format asked for, streamed. */
import type { FastifyReply } from 'fastify';
import type { GraphView } from '../contract/graph-view.ts';
import { graphDocument, graphDocumentPieces } from '../query/document.ts';
import { DRAWINGS, type DrawingFormat } from '../query/formats/drawings.ts';
import type { Selection } from '../query/select.ts';
import type { ApiContext } from './context.ts';
import { streamText } from './stream.ts';

type Format = 'json' | DrawingFormat;

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
  const mediaType = format === 'json' ? 'application/json; charset=utf-8' : DRAWINGS[format].mediaType;
  return reply.type(mediaType).send(stream);
}

function piecesOf(view: GraphView, graph: Selection, format: Format): Iterable<string> {
  return format === 'json' ? graphDocumentPieces(graphDocument(view, graph)) : DRAWINGS[format].pieces(graph);
}
