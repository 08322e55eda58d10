/**
 * The service as `serve` runs it, which at its end writes the graph it has come to:
 * `node test/kits/beside/one-life.ts GRAPH.json [--config FILE]… [--set KEY=VALUE]…`. Ends on SIGTERM, when everything that
 * was acknowledged is decided.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { systemClock } from '../../../src/contract/clock.ts';
import { graphDocument } from '../../../src/query/document.ts';
import { followGraph } from '../../../src/query/live-graph.ts';
import { selectGraph } from '../../../src/query/select.ts';
import { readConfig } from '../../../src/service/read-config.ts';
import { createService } from '../../../src/service/service.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    config: { type: 'string', multiple: true, default: [] },
    set: { type: 'string', multiple: true, default: [] },
  },
});
const { config, problems } = readConfig({ files: values.config, sets: values.set, env: process.env });
if (config === undefined) throw new Error(JSON.stringify(problems));
const logger = createLogger(config.service.telemetry.logs, process.stderr);
const service = createService(config, { logger, clock: systemClock, version: 'test' });
const ended = new Promise(resolve => process.once('SIGTERM', resolve));
await service.start();
logger.info({ listeners: service.listeners }, 'ready');
await ended;
await service.stop();
const view = await followGraph(service.topology()!).view();
writeFileSync(positionals[0]!, JSON.stringify(graphDocument(view, selectGraph(view, {}))));
