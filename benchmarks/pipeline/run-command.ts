/** Runs a command of the benchmarks: what a user can mend ends with exit code 1 and without a stack trace. */
import { RunError, UsageError } from './errors.ts';

export async function runCommand(usage: string, command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof RunError) console.error(error.message);
    else if (error instanceof UsageError || isParseError(error)) console.error(`${error.message}\n\n${usage}`);
    else if (isSystemError(error)) console.error(`${error.message || error.code}: is the server running there?`);
    else throw error;
  }
}

function isParseError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && /^E[A-Z]+$/.test(String(error.code));
}
