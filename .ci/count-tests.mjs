/**
 * The JSON report of vitest → `passed failed skipped` on standard output. A file that could not be loaded, or whose
 * set-up failed, counts as one failed test. Exit code 1 when there is no report.
 */
import { readFileSync } from 'node:fs';

const counts = { passed: 0, failed: 0, skipped: 0 };
try {
  const { testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  for (const file of testResults) {
    const results = file.assertionResults.map(({ status }) => status);
    for (const status of results) counts[status in counts ? status : 'skipped']++;
    if (file.status === 'failed' && !results.includes('failed')) counts.failed++;
  }
  console.log(counts.passed, counts.failed, counts.skipped);
} catch (error) {
  console.error(`no report of the tests: ${error.message}`);
  process.exitCode = 1;
}
