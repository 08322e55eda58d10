/**
 * `node benchmarks/attack/run.ts`: names by the million against a real process, while honest clients over HTTP and gRPC
 * send 1,000 spans a second each. Tells resident memory before, half way and at the end, what the honest clients met, and
 * whether each kind of edge counts exactly.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { RunError } from '../pipeline/errors.ts';
import { Latencies } from '../pipeline/latencies.ts';
import { connectGrpc } from '../pipeline/send-grpc.ts';
import { connectHttp } from '../pipeline/send-http.ts';
import type { Sender } from '../pipeline/sender.ts';
import { ServerProcess } from '../pipeline/server-process.ts';
import { resolveTarget, TACIT_COMMAND } from '../pipeline/target.ts';
import { NAME_ATTACKS, type NameAttack } from './names.ts';
import { type AttackSpan, CLIENT, encodeSpans, SERVER } from './spans.ts';

const PER_REQUEST = 500;
const REQUEST_BYTES = 4e6;
const HONEST_MS = 50;
/** Spans in a request of the honest client: 1,000 a second. */
const HONEST_SPANS = 50;
/** Where names are large, fewer are sent. */
const MANY_BYTES = 10_000;
const FEWER = 50;
/** Spans are decided within this time. */
const SETTLE_MS = 13_000;

const { values } = parseArgs({
  options: { names: { type: 'string', default: '1000000' }, only: { type: 'string', default: '' } },
});
const attacks = NAME_ATTACKS.filter(({ name }) => name.includes(values.only));
if (attacks.length === 0) {
  throw new RunError(`--only ${values.only}: there are ${NAME_ATTACKS.map(({ name }) => name).join(', ')}`);
}
console.log(
  '| attack | names | RSS MiB before, half, end | spans/s | honest HTTP ms p50, p99, max | honest gRPC ms | refused | edges |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
const tmp = mkdtempSync(join(tmpdir(), 'tacit-attack-'));
// However it ends.
process.on('exit', () => rmSync(tmp, { recursive: true, force: true }));
process.once('SIGINT', () => process.exit(130));
for (const attack of attacks) console.log(await run(attack, Number(values.names)));

async function run(attack: NameAttack, wanted: number): Promise<string> {
  const { command, http: port, grpc, api = 0 } = await resolveTarget('tacit', TACIT_COMMAND, tmp, true);
  const server = new ServerProcess(command);
  try {
    await server.listening([port, grpc, api]);
    return await measure(attack, wanted, { port, grpc, api });
  } finally {
    await server.stop();
  }
}

interface Ports {
  readonly port: number;
  readonly grpc: number;
  readonly api: number;
}

async function measure(attack: NameAttack, wanted: number, { port, grpc, api }: Ports): Promise<string> {
  const names = (attack.nameBytes ?? 0) > MANY_BYTES ? Math.ceil(wanted / FEWER) : wanted;
  const connection = { host: '127.0.0.1', port, contentType: 'application/x-protobuf', gzip: false };
  const sender = await connectHttp(connection);
  const stops = [
    honest(await connectHttp(connection), 2 ** 31),
    honest(await connectGrpc({ ...connection, port: grpc, gzip: true }), 2 ** 31 + 2 ** 30),
  ];
  const before = await rssMiB(api);
  const began = performance.now();
  const half = await send(attack, sender, 0, Math.floor(names / 2));
  const halfMiB = await rssMiB(api);
  const rest = await send(attack, sender, Math.floor(names / 2), names);
  const seconds = (performance.now() - began) / 1000;
  const endMiB = await rssMiB(api);
  const honestly = await Promise.all(stops.map(stop => stop()));
  await delay(SETTLE_MS);
  const calls = honestly.reduce((sum, one) => sum + one.calls, 0);
  const refused = honestly.reduce((sum, one) => sum + one.failures, 0);
  const wrong = await differences(attack, api, names, calls);
  sender.close();
  const rate = Math.round((half + rest) / seconds);
  const [http, overGrpc] = honestly.map(({ latencies }) => {
    const { p50, p99, max } = latencies.summary();
    return [p50, p99, max].map(one => one.toFixed(1)).join(', ');
  });
  return `| ${attack.name} | ${names} | ${before}, ${halfMiB}, ${endMiB} | ${rate} | ${http} | ${overGrpc} | ${refused} | ${wrong || 'exact'} |`;
}

async function send(attack: NameAttack, sender: Sender, from: number, to: number): Promise<number> {
  let sent = 0;
  for (let i = from; i < to; ) {
    const spans: AttackSpan[] = [];
    const now = Date.now();
    for (let bytes = 0; i < to && spans.length < PER_REQUEST && bytes < REQUEST_BYTES; i++) {
      spans.push(...attack.spans(i, now));
      bytes += attack.nameBytes ?? 0;
    }
    const body = encodeSpans(spans);
    while (!(await sender.send(body)).accepted) await delay(HONEST_MS);
    sent += spans.length;
  }
  return sent;
}

/** Calls between two services of its own; `first` is the number of its first trace. */
function honest(sender: Sender, first: number) {
  const latencies = new Latencies();
  let calls = 0;
  let failures = 0;
  let going = true;
  const done = (async () => {
    while (going) {
      const began = performance.now();
      const { accepted } = await sender.send(encodeSpans(honestSpans(first + calls)));
      latencies.add(performance.now() - began);
      if (accepted) calls += HONEST_SPANS / 2;
      else failures++;
      await delay(HONEST_MS);
    }
    sender.close();
    return { latencies, calls, failures };
  })();
  return () => {
    going = false;
    return done;
  };
}

function honestSpans(first: number): AttackSpan[] {
  const startMs = Date.now();
  return Array.from({ length: HONEST_SPANS / 2 }, (_, i) => first + i).flatMap(trace => [
    { resource: { 'service.name': 'honest-web' }, trace, span: 1, kind: CLIENT, startMs },
    { resource: { 'service.name': 'honest-shop' }, trace, span: 2, parent: 1, kind: SERVER, startMs },
  ]);
}

/** What differs from what was sent, by kind of edge. */
async function differences(attack: NameAttack, api: number, names: number, calls: number): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${api}/v1/graph`);
  const { edges } = (await answer.json()) as { edges: { id: string; kind: string; count: number }[] };
  const found = new Map<string, number>();
  for (const { kind, count } of edges) found.set(kind, (found.get(kind) ?? 0) + count);
  const expected = new Map(Object.entries(attack.edges).map(([kind, each]) => [kind, each * names]));
  expected.set('calls', (expected.get('calls') ?? 0) + calls);
  const wrong = [...expected].filter(([kind, count]) => found.get(kind) !== count);
  return wrong.map(([kind, count]) => `${kind}: ${found.get(kind)} for ${count}`).join('; ');
}

async function rssMiB(api: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${api}/metrics`)).text();
  return Math.round(Number(/^tacit_process_resident_memory_bytes (\S+)/m.exec(text)?.[1]) / 2 ** 20);
}
