/** V8's collector of garbage, to be called when much is known to be let go. V8 shows it only to contexts made after it was asked to. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export function exposeCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
