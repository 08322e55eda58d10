/**
 * Answers that are errors, as RFC 9457 problems: what is wrong, and what would be right. A handler throws a `Problem`;
 * whatever else is thrown becomes one here, and only a fault of ours is logged.
 */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Logger } from '../contract/logger.ts';

export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: '`urn:tacit:problem:…`, stable.' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'What is wrong with this request, and what would be right.' }),
    parameter: Type.Optional(Type.String({ description: 'The parameter that is wrong.' })),
    near: Type.Optional(Type.Array(Type.String(), { description: 'What may have been meant.' })),
    candidates: Type.Optional(Type.Array(Type.String(), { description: 'What an ambiguous name could be.' })),
  },
  { $id: 'Problem', description: 'An error (RFC 9457).' },
);

export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  /** Last part of the type's URN, and with blanks its title. */
  readonly slug: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    slug: string,
    detail: string,
    fields: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.status = status;
    this.slug = slug;
    this.fields = fields;
    this.headers = headers;
  }
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { status, slug, message, fields, headers } = problem;
  const title = slug[0]!.toUpperCase() + slug.slice(1).replaceAll('-', ' ');
  const { near, ...rest } = fields;
  const isNear = Array.isArray(near) && near.length > 0;
  const body = {
    type: `urn:tacit:problem:${slug}`,
    title,
    status,
    detail: message,
    ...rest,
    ...(isNear ? { near } : {}),
  };
  return reply.code(status).headers(headers).type('application/problem+json').send(JSON.stringify(body));
}

/** Handler for everything a route, a hook or fastify itself throws. */
export function problemHandler(logger: Logger) {
  return (error: FastifyError | Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    if (error instanceof Problem) return sendProblem(reply, error);
    if (error.validation !== undefined) return sendProblem(reply, validationProblem(error, request));
    const status = error.statusCode ?? 500;
    if (status < 500) return sendProblem(reply, new Problem(status, 'bad-request', error.message));
    logger.error({ error, url: request.url }, 'request failed');
    return sendProblem(reply, new Problem(500, 'internal-error', 'the answer could not be made; the log says why'));
  };
}

function validationProblem(error: FastifyError, request: FastifyRequest): Problem {
  const [first] = error.validation ?? [];
  const { missingProperty, allowedValues } = (first?.params ?? {}) as {
    missingProperty?: string;
    allowedValues?: readonly unknown[];
  };
  if (missingProperty !== undefined) {
    const takes = descriptionOf(missingProperty, request);
    return new Problem(400, 'missing-parameter', `the parameter "${missingProperty}" is required${takes}`, {
      parameter: missingProperty,
    });
  }
  const parameter = first?.instancePath.slice(1) ?? '';
  const value = (request.query as Record<string, unknown>)[parameter];
  const wish = allowedValues === undefined ? first?.message : `must be one of ${allowedValues.join(', ')}`;
  const detail = Array.isArray(value)
    ? `${parameter} is given ${value.length} times; give it once`
    : `${parameter} ${wish}, not "${value}"`;
  return new Problem(400, 'bad-parameter', detail, { parameter });
}

/** What a parameter of the route takes, to be put behind a statement about it. */
function descriptionOf(parameter: string, { routeOptions }: FastifyRequest): string {
  const schema = routeOptions.schema?.querystring as
    | { properties?: Record<string, { description?: string } | undefined> }
    | undefined;
  const description = schema?.properties?.[parameter]?.description;
  return description === undefined ? '' : `: ${description[0]!.toLowerCase()}${description.slice(1)}`;
}
