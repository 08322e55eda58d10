/** How a simulated call went, and what each side's span says of it. */
import type { Random } from './random.ts';
import { STATUS_ERROR, STATUS_OK, STATUS_UNSET, type Status } from './span-model.ts';

export interface Outcome {
  readonly client: Status;
  readonly server: Status;
  readonly http: number;
  readonly clientError: boolean;
  readonly serverError: boolean;
}

/** Mostly well; else both sides in error, the client alone (it gave up), or the server alone. */
export function drawOutcome(random: Random, isHttp: boolean): Outcome {
  const roll = random.below(1_000);
  const both = {
    client: STATUS_ERROR,
    server: STATUS_ERROR,
    http: 500,
    clientError: true,
    serverError: true,
  } as const;
  if (roll < 15) return both;
  if (roll < 20) return { ...both, server: STATUS_UNSET, http: 200, serverError: false };
  // The server says it by its HTTP status alone; the client handled it and says so.
  if (roll < 25)
    return {
      ...both,
      client: STATUS_OK,
      server: isHttp ? STATUS_UNSET : STATUS_ERROR,
      http: 503,
      clientError: false,
    };
  return { client: STATUS_UNSET, server: STATUS_UNSET, http: 200, clientError: false, serverError: false };
}
