/** The OpenTelemetry Collector with its service_graph connector as a peer, as the tests of this project build it. */
import { fileURLToPath } from 'node:url';
import { buildCollector } from '../../test/kits/collector/build.ts';

const CONFIG = fileURLToPath(new URL('./service-graph.yaml', import.meta.url));

/** For `--peer`; builds the Collector where that was not done yet. One scheduler thread, since it has one core. */
export async function collectorCommand(): Promise<string> {
  const program = await buildCollector(console.error);
  const env = 'GOMAXPROCS=1 GRPC_ENDPOINT=127.0.0.1:{grpc} HTTP_ENDPOINT=127.0.0.1:{http}';
  return `env ${env} '${program}' --config '${CONFIG}'`;
}
