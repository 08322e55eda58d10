/** The `auth` options of every listener: bearer tokens with names and scopes. */
import { type Static, Type } from 'typebox';
import { durationOption, LONGEST_TIMER } from '../options.ts';

/**
 * What a request may do. `read`: ask for the graph, status, metrics; `ingest`: send data; `admin`: see spans of single
 * traces, change what runs, and all of the other two.
 */
export const SCOPES = ['read', 'ingest', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** What a token may be made of: RFC 6750 has fewer characters, but nothing else than these can stand in the header. */
export const TOKEN_PATTERN = '^[!-~]+$';

const token = (description: string) =>
  Type.String({ minLength: 1, pattern: TOKEN_PATTERN, writeOnly: true, description });

const namedToken = Type.Object(
  {
    name: Type.String({
      pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
      description: 'What the token is called in metrics and messages, which never show the token itself.',
    }),
    token: Type.Optional(token('The token.')),
    token_file: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'File with the token in place of `token`; each line is one, and any of them is taken.',
      }),
    ),
    scopes: Type.Array(Type.Enum([...SCOPES]), {
      minItems: 1,
      description: 'What it is good for: `read`, `ingest`, `admin` (which holds the other two).',
    }),
  },
  { additionalProperties: false },
);

export const authOptions = Type.Optional(
  Type.Object(
    {
      tokens: Type.Array(Type.Union([token('A token with every scope, called `token-N` by its place.'), namedToken]), {
        minItems: 1,
        description:
          'A request must carry one of them: `Authorization: Bearer TOKEN`. A plain text is a token with every scope, called `token-N` by its place.',
      }),
      reload_interval: Type.Optional(
        durationOption({
          default: '10s',
          minimum: '1s',
          maximum: LONGEST_TIMER,
          description: 'Reads the files of `token_file` again this often.',
        }),
      ),
    },
    { additionalProperties: false, description: 'Who may use the listener; left out, everybody who reaches the port.' },
  ),
);

export type AuthConfig = Static<typeof authOptions>;
