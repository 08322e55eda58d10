/** The `webhook` exporter: batches of changes, posted as JSON and signed as https://www.standardwebhooks.com has it. */
import { type ExporterFactory, StartError } from '../../contract/component.ts';
import { readClientTls } from '../../lib/client-tls.ts';
import { parseDuration } from '../../lib/units.ts';
import { post } from '../../telemetry/tracing/post.ts';
import { createExporter, type Send } from '../delivery/exporter.ts';
import { outcomeOf } from './answers.ts';
import { checkWebhook, type WebhookConfig, webhookConfig } from './config.ts';
import { createSigner } from './sign.ts';

export const webhookFactory: ExporterFactory<WebhookConfig> = {
  kind: 'exporter',
  type: 'webhook',
  description:
    'Posts changes to a URL, in order and in batches, until they are taken; goes on where it was after a restart.',
  signals: ['changes'],
  config: webhookConfig,
  check: checkWebhook,
  create: (settings, config, source) => createExporter(settings, config, source, next => prepare(next, settings.clock)),
};

function prepare(config: WebhookConfig, clock: { now(): number }): Send {
  const reading = config.tls === undefined ? undefined : readClientTls(config.tls);
  const [problem] = reading?.problems ?? [];
  if (problem !== undefined) throw new StartError(`tls.${problem.key} ${problem.message}`);
  const sign = config.secret === undefined ? undefined : createSigner(config.secret);
  const timeoutMs = parseDuration(config.timeout);
  return async ({ id, changes }, stopping) => {
    const body = Buffer.from(`{"schema":"tacit.changes/v1","id":"${id}","changes":[${changes.join(',')}]}`);
    const timestamp = String(Math.floor(clock.now() / 1000));
    const headers = {
      ...config.headers,
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      ...(sign === undefined ? {} : { 'webhook-signature': sign(id, timestamp, body) }),
    };
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = AbortSignal.any([timeout, stopping]);
    try {
      return outcomeOf(await post(config.url, { headers, body, signal, tls: reading?.tls }), clock.now());
    } catch (error) {
      if (timeout.aborted) return { result: 'retry', why: `no answer within ${config.timeout}` };
      const { message, cause, code } = error as NodeJS.ErrnoException;
      return { result: 'retry', why: (cause instanceof Error && cause.message) || message || code || 'no connection' };
    }
  };
}
