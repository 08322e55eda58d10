/**
 * The load as a program of its own, so that it can run on a core of its own:
 * sends the workload to a server and prints one line of JSON, what was measured and what the graph must now hold.
 */
import { parseArgs } from 'node:util';
import { buildMesh } from './mesh.ts';
import { LOAD_ARGUMENTS, LOAD_USAGE, type LoadOptions, number, readLoadOptions } from './options.ts';
import { type ReplayResult, replay } from './replay.ts';
import { runCommand } from './run-command.ts';
import { connectGrpc } from './send-grpc.ts';
import { connectHttp } from './send-http.ts';
import { scaleTruth, type Truth } from './truth.ts';

const USAGE = `node benchmarks/pipeline/load.ts [options]
  --host HOST, --port PORT  where to (127.0.0.1, 4318 for http, 4317 for grpc)
${LOAD_USAGE}`;

export interface LoadReport {
  readonly options: LoadOptions;
  readonly result: ReplayResult;
  readonly bytesPerSpan: number;
  /** Share of server and consumer spans that travel in another request than their client or producer. */
  readonly splitShare: number;
  readonly truth: Truth;
}

await runCommand(USAGE, async () => {
  const { values } = parseArgs({
    options: {
      ...LOAD_ARGUMENTS,
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const options = readLoadOptions(values);
  const port = number(values.port ?? (options.proto === 'grpc' ? '4317' : '4318'), '--port', 1, 65_535);
  console.log(JSON.stringify(await load(options, values.host, port)));
});

async function load(options: LoadOptions, host: string, port: number): Promise<LoadReport> {
  const mesh = buildMesh(options);
  const contentType = mesh.requests[0]!.template.contentType;
  const connect = options.proto === 'grpc' ? connectGrpc : connectHttp;
  const target = { host, port, contentType, gzip: options.gzip };
  const senders = await Promise.all(Array.from({ length: options.connections }, () => connect(target)));
  const result = await replay(mesh, senders, { run: Date.now(), rate: options.rate, durationMs: options.durationMs });
  for (const sender of senders) sender.close();
  return {
    options,
    result,
    bytesPerSpan: mesh.bytes / mesh.truth.spans,
    splitShare: mesh.splitShare,
    truth: scaleTruth(mesh.truth, result.replays),
  };
}
