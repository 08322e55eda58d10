/**
 * Which web pages of other origins may use a listener: the `cors` options, with the names and meaning they have in the
 * Collector, and the headers of the answers (Fetch Standard, CORS protocol).
 */
import { type Static, Type } from 'typebox';

export const corsOptions = Type.Optional(
  Type.Object(
    {
      allowed_origins: Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        description:
          'Origins of web pages that may send requests, as `https://shop.example`; `*` stands for any text: `https://*.shop.example`, or `*` for every page.',
      }),
      allowed_headers: Type.Optional(
        Type.Array(Type.String({ minLength: 1 }), {
          description:
            'Headers that pages may send besides Accept, Authorization, Content-Type and X-Requested-With; `*` for any.',
          default: [],
        }),
      ),
      max_age: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: 86_400,
          description: 'Seconds for which a browser may remember the answer; left out: its own default, 5 s.',
        }),
      ),
    },
    {
      additionalProperties: false,
      description: 'Requests from web pages of other origins (CORS); left out, browsers keep them out.',
    },
  ),
);

export type CorsConfig = Static<typeof corsOptions>;

/** Set without being configured: what the Collector adds, and what a token travels in. */
const USUAL_HEADERS = ['Accept', 'Authorization', 'Content-Type', 'X-Requested-With'];

export class CorsPolicy {
  private readonly origins: readonly RegExp[];
  private readonly anyOrigin: boolean;
  private readonly anyHeader: boolean;
  private readonly headers: readonly string[];
  private readonly maxAge: number | undefined;

  constructor({ allowed_origins, allowed_headers = [], max_age }: CorsConfig) {
    const patterns = allowed_origins.filter(origin => origin !== '*');
    this.anyOrigin = patterns.length < allowed_origins.length;
    this.origins = patterns.map(toPattern);
    this.anyHeader = allowed_headers.includes('*');
    this.headers = [...USUAL_HEADERS, ...allowed_headers];
    this.maxAge = max_age;
  }

  /**
   * Headers for the answer to a request of this origin; undefined when its page may not read the answer. A page that is
   * allowed by name may send its credentials (`sendBeacon` always does), one that only `*` lets in may not.
   */
  answerHeaders(origin: string): Readonly<Record<string, string>> | undefined {
    if (this.origins.some(pattern => pattern.test(origin))) {
      return { 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Credentials': 'true', Vary: 'Origin' };
    }
    return this.anyOrigin ? { 'Access-Control-Allow-Origin': '*' } : undefined;
  }

  /** Headers for the answer to a preflight (`OPTIONS`); undefined when the page may not go on. */
  preflightHeaders(
    origin: string,
    methods: string,
    asked: string | undefined,
  ): Readonly<Record<string, string>> | undefined {
    const answer = this.answerHeaders(origin);
    if (answer === undefined) return undefined;
    return {
      ...answer,
      Vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
      'Access-Control-Allow-Methods': methods,
      'Access-Control-Allow-Headers': this.anyHeader && asked !== undefined ? asked : this.headers.join(', '),
      ...(this.maxAge === undefined ? {} : { 'Access-Control-Max-Age': String(this.maxAge) }),
    };
  }
}

/** `*` is any text; the rest stands for itself. Scheme and host have no capitals in a header. */
function toPattern(origin: string): RegExp {
  const parts = origin.toLowerCase().split('*');
  return new RegExp(`^${parts.map(part => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&')).join('.*')}$`);
}
