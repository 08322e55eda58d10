/** Where a database's connection string leads: JDBC and other URLs, Oracle's `@host:port`, Go's `tcp(host:port)`, and lists of `key=value`. */
import { type Address, NO_ADDRESS, splitHostPort, urlHost } from './hosts.ts';

const HOST_KEYS = ['host', 'server', 'data source', 'datasource', 'addr', 'address', 'network address', 'hostname'];

export function addressOfConnection(connection: string): Address {
  const text = connection.trim().replace(/^jdbc:/i, '');
  if (text === '') return NO_ADDRESS;
  const url = text.replace(/^[a-z0-9]+(?::[a-z0-9]+)*:(?=[a-z0-9+.-]+:\/\/)/i, '');
  if (/^[a-z0-9+.:-]+:\/\//i.test(url)) return urlHost(url.replace(/^[a-z0-9+.-]+:(?=[a-z0-9+.-]+:\/\/)/i, ''));
  const oracle = /@(?:\/\/)?([^:/?#@()\s]+)(?::(\d+))?/.exec(text);
  if (/^oracle:/i.test(text) && oracle !== null) return { host: oracle[1]!, port: oracle[2] ?? '' };
  const go = /@?(tcp6?|unix)\(([^)]*)\)/i.exec(text);
  if (go !== null) return splitHostPort(go[2]!);
  return text.includes('=') ? addressOfPairs(text) : NO_ADDRESS;
}

/** `Server=tcp:db-1,1433;…`, `host=db-1 port=5432`. */
function addressOfPairs(text: string): Address {
  const separator = text.includes(';') ? ';' : /\s+/;
  const pairs = new Map(
    text.split(separator).map(pair => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at).trim().toLowerCase(), pair.slice(at + 1).trim()] as const;
    }),
  );
  const server = HOST_KEYS.map(key => pairs.get(key)).find(value => value !== undefined) ?? '';
  const host = server.replace(/^(tcp|np|lpc):/i, '');
  const [name = '', port] = host.split(',');
  const split = splitHostPort(name);
  return { host: split.host, port: port?.trim() ?? (split.port || (pairs.get('port') ?? '')) };
}
