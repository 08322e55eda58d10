/** An exporter of changes: its delivery, with its place and its dead letters beside the other data, and its metrics. */
import type { ChangeSource, Component, Settings } from '../../contract/component.ts';
import type { DeliveryStatus } from '../../contract/exporter-status.ts';
import {
  CHANGES_BEHIND,
  DEAD_LETTERED_CHANGES,
  DELIVERED_BATCHES,
  DELIVERED_CHANGES,
  FAILED_ATTEMPTS,
  FORGOTTEN_DEAD_LETTERS,
  LOST_CHANGES,
} from '../../telemetry/metrics/exporters.ts';
import { createDelivery, type Delivery, type DeliveryBatch, type Outcome } from './delivery.ts';
import { type DeliveryConfig, toDeliveryOptions } from './options.ts';
import { placesIn } from './places.ts';

const NOT_STARTED: DeliveryStatus = {
  ...{ problem: '', delivered: 0, batches: 0, failedAttempts: 0 },
  ...{ deadLettered: 0, forgotten: 0, lost: 0, behind: 0 },
};

export type Send = (batch: DeliveryBatch, signal: AbortSignal) => Promise<Outcome>;

/**
 * @param prepare options to what sends with them; may throw a `StartError`. Called again at a reload, also of the same
 * options: the files that they name may be others.
 */
export function createExporter<C extends DeliveryConfig>(
  { id, host, logger, clock }: Settings,
  config: C,
  source: ChangeSource,
  prepare: (config: C) => Send,
): Component {
  let inForce = config;
  let send: Send | undefined;
  let delivery: Delivery | undefined;
  const change = (next: C) => {
    const prepared = prepare(next);
    return {
      commit: () => {
        inForce = next;
        send = prepared;
      },
      rollback: () => {},
    };
  };
  const pipeline = source.key.slice(0, -`@${id}`.length);
  host.metrics(() => samples({ exporter: id, pipeline }, delivery));
  host.exporter(() => ({ exporter: id, pipeline, ...(delivery?.status() ?? NOT_STARTED) }));
  return {
    start() {
      send = prepare(config);
      // Where data is kept is known once everything was started.
      const places = () => placesIn(host.storage()?.path, source.key, () => clock.now());
      delivery = createDelivery({
        source,
        places,
        logger,
        send: (batch, signal) => send!(batch, signal),
        options: () => toDeliveryOptions(inForce),
        elapsed: () => performance.now(),
        random: Math.random,
      });
      delivery.start();
    },
    stop: () => delivery?.stop(),
    reconfigure: next => change(next as C),
    refresh: () => change(inForce),
  };
}

function samples(labels: { readonly exporter: string; readonly pipeline: string }, delivery: Delivery | undefined) {
  const status = delivery?.status() ?? NOT_STARTED;
  return [
    DELIVERED_CHANGES.sample(status.delivered, labels),
    DELIVERED_BATCHES.sample(status.batches, labels),
    FAILED_ATTEMPTS.sample(status.failedAttempts, labels),
    DEAD_LETTERED_CHANGES.sample(status.deadLettered, labels),
    FORGOTTEN_DEAD_LETTERS.sample(status.forgotten, labels),
    LOST_CHANGES.sample(status.lost, labels),
    CHANGES_BEHIND.sample(status.behind, labels),
  ];
}
