/** Refuses query parameters a route does not have: a filter that is silently ignored would give a wrong answer. */
import type { FastifyRequest } from 'fastify';
import { nearestWords } from '../query/words.ts';
import { Problem } from './problem.ts';

const TIME_PARAMETERS = ['at', 'start', 'end'];

/** Throws a `Problem`; routes without a schema for their query string take anything. */
export async function checkParameterNames(request: FastifyRequest): Promise<void> {
  const schema = request.routeOptions.schema?.querystring as { properties?: Record<string, unknown> } | undefined;
  if (schema === undefined) return;
  const known = Object.keys(schema.properties ?? {});
  for (const parameter of Object.keys(request.query as object)) {
    if (!known.includes(parameter)) throw unknownParameter(parameter, known);
  }
}

function unknownParameter(parameter: string, known: readonly string[]): Problem {
  if (TIME_PARAMETERS.includes(parameter)) {
    const detail = `${parameter} is not possible here: this is about now; leave it out`;
    return new Problem(400, 'unsupported-parameter', detail, { parameter });
  }
  const near = nearestWords(parameter, known);
  const meant = near.length > 0 ? `did you mean ${near.join(' or ')}?` : '';
  const list = known.length > 0 ? `This resource knows ${known.join(', ')}.` : 'This resource takes none.';
  const detail = `there is no parameter "${parameter}" here; ${meant} ${list}`.replace(';  ', '. ');
  return new Problem(400, 'unknown-parameter', detail, { parameter, near });
}
