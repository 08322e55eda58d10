/** Options of the `http_api` extension. */
import { type Static, Type } from 'typebox';
import { authOptions } from '../lib/listen/auth-options.ts';
import { corsOptions } from '../lib/listen/cors.ts';
import { tlsOptions } from '../lib/listen/tls-options.ts';

export const httpApiConfigSchema = Type.Object(
  {
    endpoint: Type.String({
      default: '127.0.0.1:8484',
      description:
        'host:port of the API and the web page; port 0 picks a free one. Beyond loopback everybody who reaches the port can read the graph, unless `auth` is set.',
    }),
    max_connections: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        default: 512,
        description:
          'Connections at once. When all are taken, a new one gets the place of the one that has been silent longest.',
      }),
    ),
    max_streams: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100_000,
        default: 1000,
        description: 'Streams of changes at once. Each is a connection too: raise `max_connections` beside it.',
      }),
    ),
    trace_url: Type.Optional(
      Type.String({
        pattern: '\\{traceId\\}',
        description:
          'Page that shows a trace, such as https://jaeger.example/trace/{traceId}?uiFind={spanId}; answers with examples link to it.',
      }),
    ),
    tls: tlsOptions,
    auth: authOptions,
    cors: corsOptions,
  },
  { additionalProperties: false },
);

export type HttpApiConfig = Static<typeof httpApiConfigSchema>;
