/** The options of self-tracing: off as long as no endpoint is named. */
import { type Static, Type } from 'typebox';
import { clientTlsOptions } from '../../lib/client-tls.ts';
import { durationOption, LONGEST_TIMER, optionGroup } from '../../lib/options.ts';

export const TRACE_PROTOCOLS = ['http/protobuf', 'http/json'] as const;

export const tracesOptions = optionGroup(
  {
    endpoint: Type.Optional(
      Type.String({
        description:
          'Base URL of an OTLP/HTTP receiver, such as http://127.0.0.1:4318; spans go to /v1/traces below it. Left out: no tracing.',
      }),
    ),
    protocol: Type.Enum([...TRACE_PROTOCOLS], { default: 'http/protobuf', description: 'How spans are written.' }),
    sampling_ratio: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.01,
      description:
        'Share of requests that are traced, unless their `traceparent` says; steps of the service itself always are.',
    }),
    headers: Type.Optional(
      Type.Record(Type.String(), Type.String({ writeOnly: true }), { description: 'Sent along, such as a token.' }),
    ),
    tls: clientTlsOptions,
    timeout: durationOption({
      default: '10s',
      minimum: '100ms',
      maximum: LONGEST_TIMER,
      description: 'How long one attempt to send may take.',
    }),
  },
  'Spans of the program about itself: requests, starts, reloads, stops.',
);

export type TracesConfig = Static<typeof tracesOptions>;
