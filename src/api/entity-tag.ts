/** Entity tags from the view's revision, so that a reader who polls gets 304 while nothing changed. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GraphView } from '../contract/graph-view.ts';

/**
 * To be asked once it is sure that there is an answer. Sets the ETag; true when the reader has this revision already and the answer is 304 without a body. `run` names the
 * run of the service, because revisions start anew with it.
 */
export function isUnchanged(request: FastifyRequest, reply: FastifyReply, view: GraphView, run: string): boolean {
  const tag = `W/"${Date.parse(run).toString(36)}-${view.revision}"`;
  reply.header('etag', tag).header('cache-control', 'no-cache');
  const known = request.headers['if-none-match'];
  if (known === undefined) return false;
  const unchanged = known
    .split(',')
    .map(text => text.trim())
    .some(text => text === '*' || text.replace(/^W\//, '') === tag.slice(2));
  if (unchanged) reply.code(304);
  return unchanged;
}
