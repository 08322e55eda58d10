/** Options of the `http_api` extension. */
import { type Static, Type } from 'typebox';

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
    auth: Type.Optional(
      Type.Object(
        {
          tokens: Type.Array(
            Type.String({ minLength: 1, pattern: '^[!-~]+$', writeOnly: true, description: 'A token.' }),
            {
              minItems: 1,
              description:
                'Every request must carry one of them (`Authorization: Bearer TOKEN`), but for `/healthz` and `/readyz`.',
            },
          ),
        },
        { additionalProperties: false, description: 'Who may ask; left out, everybody who reaches the port.' },
      ),
    ),
  },
  { additionalProperties: false },
);

export type HttpApiConfig = Static<typeof httpApiConfigSchema>;
