/** Options of the `http_api` extension. */
import { type Static, Type } from 'typebox';

export const httpApiConfigSchema = Type.Object(
  {
    endpoint: Type.String({
      default: '127.0.0.1:8484',
      description:
        'host:port of the API and the web page; port 0 picks a free one. Beyond loopback everybody who reaches the port can read the graph.',
    }),
  },
  { additionalProperties: false },
);

export type HttpApiConfig = Static<typeof httpApiConfigSchema>;
