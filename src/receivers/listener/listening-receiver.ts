/** What receivers behind listeners do alike: start, stop, tell of their connections, take other options. */
import type { Component, Reconfiguration, Settings } from '../../contract/component.ts';
import { openFileLimit, shareConnections } from '../../lib/listen/open-files.ts';
import { listenerSamples } from '../../telemetry/listener-metrics.ts';
import type { Admission } from './admission.ts';
import type { Protocol } from './protocol.ts';
import type { ProtocolListener } from './protocol-listener.ts';
import type { RequestLog } from './request-log.ts';

export interface ListeningParts<C> {
  readonly settings: Settings;
  readonly listeners: ReadonlyMap<Protocol, ProtocolListener>;
  readonly admission: Admission;
  readonly log: RequestLog;
  /** Prepares the listeners that these options ask for. */
  prepare(given: C): Promise<Reconfiguration>;
  /** Takes over the rest of them, which cannot fail. */
  takeOver(given: C): void;
}

export function listeningReceiver<C>({
  settings,
  listeners,
  admission,
  log,
  prepare,
  takeOver,
}: ListeningParts<C>): Component {
  const { id, host } = settings;
  host.metrics(() =>
    [...listeners.values()].flatMap(({ protocol, guard }) => listenerSamples(guard, { component: id, protocol })),
  );
  return {
    async start() {
      admission.start();
      for (const listener of listeners.values()) {
        await listener.start();
        listener.announce();
      }
    },
    async stop() {
      await Promise.all([...listeners.values()].map(listener => listener.stop()));
      admission.stop();
      log.stop();
    },
    refresh: () => ({
      commit: () => {
        for (const listener of listeners.values()) listener.refresh();
      },
      rollback: () => {},
    }),
    async reconfigure(given: C): Promise<Reconfiguration> {
      const { commit, rollback } = await prepare(given);
      const commitAll = () => {
        takeOver(given);
        return commit();
      };
      return { commit: commitAll, rollback };
    },
  };
}

/** `max_connections` of each protocol, made smaller (and said so) where the limit of open files leaves no room for it. */
export function connectionsThatFit<P extends Protocol>(
  { logger }: Settings,
  wanted: Readonly<Record<P, number>>,
): Readonly<Record<P, number>> {
  const openFiles = openFileLimit();
  const protocols = Object.keys(wanted) as P[];
  const counts = shareConnections(
    protocols.map(protocol => wanted[protocol]),
    openFiles,
  );
  const fit = Object.fromEntries(protocols.map((protocol, i) => [protocol, counts[i]!])) as Record<P, number>;
  if (protocols.some(protocol => fit[protocol] < wanted[protocol])) {
    const fields = { openFiles, ...fit };
    logger.warn(fields, 'max_connections is more than the limit of open files allows: raise it (ulimit -n)');
  }
  return fit;
}
