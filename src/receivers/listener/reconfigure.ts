/**
 * The change of one protocol's listener: none, in place, or to another server. That one is started beside the old where
 * the port allows; else the old is stopped for it, and started again should the change be given up.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Reconfiguration } from '../../contract/component.ts';
import { overlap, parseEndpoint } from '../../lib/listen/endpoint.ts';
import type { Protocol } from './protocol.ts';
import type { ListenOptions, ProtocolListener } from './protocol-listener.ts';

type Listeners = Map<Protocol, ProtocolListener>;

/** `create` undefined: the protocol is not listed any more. Throws a `StartError`, with everything as it was. */
export async function prepareListener(
  protocol: Protocol,
  listeners: Listeners,
  options: ListenOptions | undefined,
  create: (options: ListenOptions) => ProtocolListener,
): Promise<Reconfiguration> {
  const before = listeners.get(protocol);
  if (isDeepStrictEqual(before?.options, options)) return { commit: () => before?.refresh(), rollback: () => {} };
  if (options === undefined) return { commit: () => endListener(listeners, before!), rollback: () => {} };
  const apply = before?.reconfigure(options);
  if (apply !== undefined) return { commit: apply, rollback: () => {} };
  const next = create(options);
  if (before !== undefined && overlap(parseEndpoint(before.options.endpoint), parseEndpoint(options.endpoint))) {
    return exchangeOnPort(listeners, before, next, () => create(before.options));
  }
  await next.start();
  return { commit: () => replaceListener(listeners, before, next), rollback: () => next.stop() };
}

function endListener(listeners: Listeners, ended: ProtocolListener): Promise<void> {
  listeners.delete(ended.protocol);
  return ended.stop();
}

async function replaceListener(
  listeners: Listeners,
  before: ProtocolListener | undefined,
  next: ProtocolListener,
): Promise<void> {
  listeners.set(next.protocol, next);
  next.announce();
  await before?.stop();
}

/** For a moment nobody listens: senders find the connection closed or refused, and come again. */
async function exchangeOnPort(
  listeners: Listeners,
  before: ProtocolListener,
  next: ProtocolListener,
  createAgain: () => ProtocolListener,
): Promise<Reconfiguration> {
  const restore = async () => {
    const again = createAgain();
    listeners.delete(before.protocol);
    await again.start();
    await replaceListener(listeners, undefined, again);
  };
  await before.stop();
  try {
    await next.start();
  } catch (error) {
    await next.stop();
    await restore();
    throw error;
  }
  return {
    commit: () => replaceListener(listeners, undefined, next),
    async rollback() {
      await next.stop();
      await restore();
    },
  };
}
