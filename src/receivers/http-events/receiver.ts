/** The receiver of records over HTTP: one `Ingest` behind one listener. */
import type { Component, Consumers, Settings } from '../../contract/component.ts';
import { Guard } from '../../lib/listen/guard.ts';
import { EVENTS_WAIT } from '../../telemetry/metrics/http-events.ts';
import { Admission } from '../listener/admission.ts';
import type { HttpOptions } from '../listener/http/options.ts';
import { HttpServer } from '../listener/http/server.ts';
import { connectionsThatFit, listeningReceiver } from '../listener/listening-receiver.ts';
import { maxWaitMs } from '../listener/options.ts';
import { type ListenOptions, ProtocolListener } from '../listener/protocol-listener.ts';
import { prepareListener } from '../listener/reconfigure.ts';
import { RequestLog } from '../listener/request-log.ts';
import type { RecordCodec } from './codec.ts';
import { type HttpEventsConfig, toHttpOptions, toIngestOptions } from './config.ts';
import { Counters } from './counters.ts';
import { Ingest } from './ingest.ts';
import { EventsHttp } from './service.ts';

export function createHttpEventsReceiver(
  settings: Settings,
  config: HttpEventsConfig,
  consumers: Consumers,
  codecOf: (config: HttpEventsConfig) => RecordCodec,
): Component {
  const { id, host, logger, clock } = settings;
  const counters = new Counters(id);
  const admission = new Admission(maxWaitMs(config));
  const log = new RequestLog('records', logger, host.tracer);
  const ingest = new Ingest(toIngestOptions(config), consumers, { codec: codecOf(config), counters, admission, log });
  const service = new EventsHttp(ingest, counters, log);
  const listeners = new Map<'http', ProtocolListener>();
  host.metrics(() => [...counters.collect(), EVENTS_WAIT.sample(admission.waitMs() / 1000, { receiver: id })]);

  function create(options: ListenOptions): ProtocolListener {
    const guard = new Guard((options as HttpOptions).guard, logger, () => clock.now());
    const server = new HttpServer(options as HttpOptions, service, { logger, guard });
    const place = { id, path: `receivers.${id}`, speaks: 'records over HTTP' };
    return new ProtocolListener(settings, { protocol: 'http', place, options, server, guard });
  }

  listeners.set('http', create(listenOptions(settings, config)));
  return listeningReceiver<HttpEventsConfig>({
    settings,
    listeners,
    admission,
    log,
    prepare: given => prepareListener('http', listeners, listenOptions(settings, given), create),
    takeOver: given => {
      admission.setMaxWait(maxWaitMs(given));
      ingest.options = toIngestOptions(given);
      ingest.codec = codecOf(given);
    },
  });
}

function listenOptions(settings: Settings, config: HttpEventsConfig): HttpOptions {
  const options = toHttpOptions(config);
  return { ...options, maxConnections: connectionsThatFit(settings, { http: options.maxConnections }).http };
}
