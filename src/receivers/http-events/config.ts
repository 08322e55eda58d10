/** The options of the receiver of records over HTTP, and the same as numbers once defaults are in. */
import { type Static, Type } from 'typebox';
import { systemClock } from '../../contract/clock.ts';
import type { ConfigProblem } from '../../contract/component.ts';
import { checkGuard, type GuardConfig } from '../../lib/listen/guard.ts';
import { checkHttpMemory, type HttpOptions, httpListenerOptions, readHttpOptions } from '../listener/http/options.ts';
import { maxWait } from '../listener/options.ts';
import { checkOutbox, outboxNames } from '../outbox-names.ts';
import { dumpIdentity, toRecordIdentity } from '../record-identity.ts';
import type { IngestOptions } from './ingest.ts';

const ENDPOINT = '127.0.0.1:4319';

export const httpEventsConfig = Type.Object(
  {
    ...httpListenerOptions(ENDPOINT),
    topic: Type.Optional(
      Type.String({
        default: '',
        description:
          'Topic of events that do not name one (bare changes, most CloudEvents); `?topic=` of a request goes before it. Without either, their tables are nodes, and no more.',
      }),
    ),
    identity: dumpIdentity,
    outbox: outboxNames,
    max_wait: maxWait,
  },
  { additionalProperties: false },
);

export type HttpEventsConfig = Static<typeof httpEventsConfig>;

export function toHttpOptions(config: HttpEventsConfig): HttpOptions {
  return readHttpOptions(config, ENDPOINT);
}

export function toIngestOptions({ topic = '', identity }: HttpEventsConfig): IngestOptions {
  return { topic, cluster: identity?.cluster ?? '', identity: toRecordIdentity(identity) };
}

/** What the schema cannot say: certificates and tokens, and bounds that depend on each other. */
export function checkHttpEventsConfig(config: HttpEventsConfig): readonly ConfigProblem[] {
  return [
    ...checkGuard(config as GuardConfig, systemClock.now()),
    ...checkHttpMemory(toHttpOptions(config)),
    ...checkOutbox(config.outbox),
  ];
}
