/**
 * How the schemas of routes are put to use: parameters are checked against them, answers are JSON as they are. A schema
 * is compiled when it is first needed: no start waits for all of them, nor for the compilers that Fastify would load.
 */
import { Ajv, type AnySchema, type ValidateFunction } from 'ajv';
import type { FastifyServerOptions } from 'fastify';

type CompilersFactory = NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>;

let ajv: Ajv | undefined;

function compile(schema: AnySchema): ValidateFunction {
  ajv ??= new Ajv({ coerceTypes: true, useDefaults: true, addUsedSchema: false });
  return ajv.compile(schema);
}

function compileWhenAsked({ schema }: { readonly schema: AnySchema }) {
  let check: ValidateFunction | undefined;
  return (value: unknown) => {
    check ??= compile(schema);
    return check(value) || { error: check.errors };
  };
}

/** Its types know Fastify's own compilers only. */
export const compilers = {
  buildValidator: () => compileWhenAsked,
  buildSerializer: () => () => JSON.stringify,
} as unknown as CompilersFactory;
