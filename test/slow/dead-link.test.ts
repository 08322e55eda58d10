/** Clients that vanish without a word, where it takes longer to find out; `test/integration` has the quick ones. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { NAME_ATTACKS } from '../../benchmarks/attack/names.ts';
import { encodeSpans } from '../../benchmarks/attack/spans.ts';
import { DeadLink } from '../kits/attack/dead-link.ts';
import { EVERYWHERE, get, UNFINISHED } from '../kits/attack/unfinished.ts';
import { attacked, type Victim } from '../kits/attack/victim.ts';

const GRPC = 'receivers.otlp.protocols.grpc';
const AGES = `${GRPC}.keepalive.server_parameters`;
const API_CLOSED = 'tacit_http_api_closed_connections_total';
/** More than the system keeps for a client that does not read. */
const EDGES = 20_000;

let link: DeadLink;
beforeEach(context => {
  const made = DeadLink.create();
  if (made === undefined) context.skip('no link can be cut here: it takes Linux and root');
  else link = made;
});
afterEach(() => link?.remove());

async function free(victim: Victim, name: string, ...labels: string[]): Promise<number> {
  link.cut();
  const beganMs = performance.now();
  await expect.poll(() => victim.metric(name, ...labels), { timeout: 120_000, interval: 500 }).toBeLessThan(10);
  return performance.now() - beganMs;
}

it('over gRPC without pings, in the middle of a message', async () => {
  const sets = [`${GRPC}.read_timeout=2s`, `${AGES}.max_connection_idle=2s`, `${AGES}.max_connection_age_grace=1s`];
  await attacked([...EVERYWHERE, ...sets], async victim => {
    await link.open(victim.grpc, UNFINISHED.grpcMessage);
    expect(await free(victim, 'tacit_otlp_connections', 'protocol="grpc"')).toBeLessThan(15_000);
    await victim.grown(100, 'tacit_otlp_closed_connections_total', 'reason="slow_body"');
  });
});

it.each([
  ['before the first byte', '', 20_000],
  ['in the middle of a head', UNFINISHED.httpHead, 20_000],
  ['between questions', get('/readyz'), 90_000],
])('at the API %s', async (_name, sent, mostMs) => {
  await attacked(EVERYWHERE, async victim => {
    await link.open(victim.api, sent);
    expect(await free(victim, 'tacit_http_api_connections')).toBeLessThan(mostMs);
  });
});

it('at the API in the middle of an answer', async () => {
  const { spans } = NAME_ATTACKS.find(({ name }) => name === 'services × services')!;
  await attacked(EVERYWHERE, async victim => {
    for (let i = 0; i < EDGES; i += 500) {
      await victim.post(encodeSpans(Array.from({ length: 500 }, (_, k) => spans(i + k, Date.now())).flat()));
    }
    await link.open(victim.api, get('/v1/graph'), { many: 20, reads: false });
    expect(await free(victim, 'tacit_http_api_connections')).toBeLessThan(60_000);
    // No more of them are answered at a time; the others got 503.
    await victim.grown(16, API_CLOSED, 'reason="unread"');
  });
});
