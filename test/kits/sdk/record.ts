/**
 * Records the shop for the pipeline example: `node test/kits/sdk/record.ts` writes pipelines/otlp-direct/input.jsonl,
 * one export per line, each as the SDK sent it. Ids and times are new every time.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createExporter } from './exporters.ts';
import { runShop } from './shop.ts';
import { startSink } from './sink.ts';

const ORDERS = 5;
const target = fileURLToPath(new URL('../../../pipelines/otlp-direct/input.jsonl', import.meta.url));

const sink = await startSink();
await runShop(ORDERS, () => createExporter('http/json', 'none', sink.endpoint));
sink.close();
const lines = sink.requests.map(({ body }) => body.toString('utf8'));
await writeFile(target, `${lines.join('\n')}\n`);
process.stdout.write(`${lines.length} exports → ${target}\n`);
