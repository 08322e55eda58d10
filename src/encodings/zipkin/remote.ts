/** The other end of a Zipkin span: who was called, or who calls. What tags say of it counts before the endpoint. */
import type { SpanView } from '../../contract/span-view.ts';
import { type Json, type JsonObject, number, text } from '../json.ts';
import { writer } from '../view-writer.ts';

/** Exporters that have no name for the other end put one of these there. */
const ADDRESS_TAGS = [
  'server.address',
  'net.peer.name',
  'network.peer.address',
  'net.sock.peer.addr',
  'net.peer.ip',
  'db.namespace',
  'db.name',
];

/** @param called the endpoint is that of a server, not of a client. */
export function readRemote(remote: JsonObject, tags: JsonObject, called: boolean, path: string, view: SpanView): void {
  const name = text(remote.serviceName, `${path}.serviceName`);
  if (name !== '' && !repeatsTag(name, tags)) setIfAbsent(view, 'peer.service', name);
  if (!called) return;
  const address = text(remote.ipv4, `${path}.ipv4`) || text(remote.ipv6, `${path}.ipv6`);
  if (address !== '') setIfAbsent(view, 'network.peer.address', address);
  const port = remote.port === undefined || remote.port === null ? 0 : number(remote.port, `${path}.port`);
  if (port > 0) setIfAbsent(view, 'network.peer.port', port);
}

/** `host` or `host:port` of a tag. */
function repeatsTag(name: string, tags: JsonObject): boolean {
  return ADDRESS_TAGS.some(tag => {
    const value = tags[tag];
    return typeof value === 'string' && value !== '' && (name === value || name.startsWith(`${value}:`));
  });
}

function setIfAbsent(view: SpanView, name: string, value: Json): void {
  const { attributes, keys } = view;
  const found = keys.span.findText(name);
  if (found >= 0 && !attributes.has(found >> 8)) writer.set(attributes, keys.span, name, value);
}
