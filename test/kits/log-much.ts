/** A process of its own that writes 5000 lines of 1 kB, says on standard output how long that took, and ends. */
import { flushed } from '../../src/telemetry/log-output.ts';
import { createLogger } from '../../src/telemetry/logger.ts';

const logger = createLogger({ level: 'info', encoding: 'json' }, process.stderr);
const began = performance.now();
for (let i = 0; i < 5000; i++) logger.info({ i, text: 'x'.repeat(1000) }, 'much');
process.stdout.write(`${Math.round(performance.now() - began)}\n`);
setTimeout(async () => {
  logger.info({}, 'last');
  await flushed([process.stderr]);
  process.exit(0);
}, 500);
