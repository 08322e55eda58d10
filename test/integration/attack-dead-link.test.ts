/** Clients that vanish without a word, as behind a cable that was pulled: their connections are freed in time. */
import { expect, it } from 'vitest';
import { DeadLink } from '../kits/attack/dead-link.ts';
import { EVERYWHERE, get, UNFINISHED } from '../kits/attack/unfinished.ts';
import { attacked } from '../kits/attack/victim.ts';
import { GREETING } from '../lib/http2/raw-client.ts';

const GRPC = 'receivers.otlp.protocols.grpc';
const HTTP = 'receivers.otlp.protocols.http';
const TIMES = [
  `${GRPC}.keepalive.server_parameters.time=1s`,
  `${GRPC}.keepalive.server_parameters.timeout=1s`,
  `${HTTP}.idle_timeout=3s`,
  `${HTTP}.read_header_timeout=2s`,
  `${HTTP}.read_timeout=3s`,
];
const MANY = 100;
const CLOSED = 'tacit_otlp_closed_connections_total';

it('frees what a dead link leaves behind', async () => {
  const link = DeadLink.create();
  if (link === undefined) {
    console.warn('no link can be cut here: it takes Linux and root');
    return;
  }
  try {
    await attacked([...EVERYWHERE, ...TIMES], async victim => {
      const { http, grpc } = victim;
      await Promise.all([
        ...[GREETING, UNFINISHED.grpcMessage].map(sent => link.open(grpc, sent)),
        ...['', UNFINISHED.httpHead, UNFINISHED.httpBody, get('/')].map(sent => link.open(http, sent)),
      ]);
      link.cut();
      await expect.poll(() => victim.metric('tacit_otlp_connections'), { timeout: 20_000 }).toBeLessThan(10);
      await victim.grown(2 * MANY, CLOSED, 'protocol="grpc"', 'reason="dead"');
      await victim.grown(2 * MANY, CLOSED, 'protocol="http"', 'reason="slow_head"');
      await victim.grown(MANY, CLOSED, 'protocol="http"', 'reason="slow_body"');
    });
  } finally {
    link.remove();
  }
});
