/** An OTLP/HTTP receiver on a free loopback port, for as long as somebody posts to it. */
import { Agent, request } from 'node:http';
import { systemClock } from '../../contract/clock.ts';
import type { SpanConsumer } from '../../contract/consumer.ts';
import type { Logger } from '../../contract/logger.ts';
import { createSpanView } from '../../normalize/conventions/slots.ts';
import type { OtlpConfig } from '../../receivers/otlp/config.ts';
import { createOtlpReceiverFactory } from '../../receivers/otlp/factory.ts';
import { createHost } from '../host.ts';
import { SwitchedConsumers } from '../switched-consumers.ts';
import { VERSION } from '../version.ts';

type Post = (body: Uint8Array, gzip: boolean) => Promise<void>;

/** Rejects when it cannot listen, or a post fails. */
export async function withScratchReceiver(
  traces: SpanConsumer,
  logger: Logger,
  use: (post: Post) => Promise<void>,
): Promise<void> {
  const host = createHost({ version: VERSION, startedAtMs: systemClock.now(), pipelines: {} });
  const config = { protocols: { http: { endpoint: '127.0.0.1:0', max_connections: 1 } } } as OtlpConfig;
  const receiver = createOtlpReceiverFactory(createSpanView).create(
    { id: 'warm-up', logger, clock: systemClock, host },
    config,
    new SwitchedConsumers({ traces, createView: () => createSpanView() }),
  );
  const agent = new Agent({ keepAlive: true });
  try {
    await receiver.start();
    const url = new URL(`http://${host.listeners[0]!.address}/v1/traces`);
    await use((body, gzip) => post(url, agent, body, gzip));
  } finally {
    agent.destroy();
    await receiver.stop();
  }
}

function post(url: URL, agent: Agent, body: Uint8Array, gzip: boolean): Promise<void> {
  const headers = {
    'user-agent': 'tacit',
    ...(gzip && { 'content-encoding': 'gzip' }),
    'content-length': body.length,
    'content-type': 'application/x-protobuf',
    ...(!gzip && { 'accept-encoding': 'gzip' }),
  };
  return new Promise((resolve, reject) => {
    request(url, { method: 'POST', agent, headers }, response => response.resume().on('end', resolve))
      .on('error', reject)
      .end(body);
  });
}
