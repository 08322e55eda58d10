/** Where a database span ran: system, instance, database and schema as its identity has them. */
import { cleanName } from '../../lib/names.ts';
import { STORE_FAMILIES } from '../conventions/stores.ts';
import { DATABASE_SYSTEMS, DEFAULT_PORTS, KNOWN_DATABASES } from '../conventions/systems.ts';
import { dialectOf } from '../sql/dialect.ts';
import { foldName } from '../sql/names.ts';
import { addressOfConnection } from './connection-strings.ts';
import { type Address, addressOf, isLoopback, isSocket } from './hosts.ts';
import type { Loopback } from './naming.ts';

/** Attribute values; empty = absent. */
export interface StoreAttributes {
  readonly system: string;
  readonly namespace: string;
  /** SQL Server's, where an attribute of its own says it. */
  readonly instanceName: string;
  readonly address: string;
  readonly port: string;
  readonly connection: string;
  readonly socketAddress: string;
  readonly socketPort: string;
  readonly peerService: string;
}

/** Empty parts are unknown; an empty schema is the system's default. */
export interface Store {
  readonly system: string;
  readonly instance: string;
  readonly database: string;
  readonly schema: string;
}

/** Systems by their default port, where only one has it. */
const SYSTEMS_BY_PORT: ReadonlyMap<string, string> = new Map(
  [...DEFAULT_PORTS].map(([, port]) => {
    const [first] = [...DEFAULT_PORTS].find(([, other]) => other === port)!;
    return [port, first] as const;
  }),
);

/** @param service whose machine a loopback address means, and what is said of such addresses. */
export function storeOf(
  attributes: StoreAttributes,
  service: { readonly name: string; readonly contained: boolean },
  loopback: Loopback,
): Store {
  const address = firstAddress(attributes);
  const { system, namespace } = systemAndNamespace(attributes, address.port);
  const { database, schema, instanceName } = namespaceParts(namespace, system);
  const [host, named = ''] = address.host.split('\\') as [string, string?];
  const own = loopback === 'service' || (loopback === 'auto' && service.contained) ? service.name : '';
  const place = instanceOf({ host, port: address.port }, system, own);
  const name = (instanceName || attributes.instanceName || named).toLowerCase();
  const isNamed = name !== '' && place !== '' && system === SQL_SERVER;
  const instance = isNamed ? `${instanceOf({ host, port: '' }, system, own)}\\${name}` : place;
  return { system, instance: cleanName(instance), database: fold(database, system), schema: fold(schema, system) };
}

function firstAddress(attributes: StoreAttributes): Address {
  const { address, port, connection, socketAddress, socketPort, peerService } = attributes;
  if (address !== '') return addressOf(address, port);
  const connected = addressOfConnection(connection);
  if (connected.host !== '') return addressOf(connected.host, connected.port);
  if (socketAddress !== '') return addressOf(socketAddress, socketPort || port);
  return addressOf(peerService, port);
}

/** A value that names no known system is taken for the database's name where the port tells the system. */
function systemAndNamespace(attributes: StoreAttributes, port: string): { system: string; namespace: string } {
  const { namespace } = attributes;
  const system = systemName(attributes.system);
  const byPort = SYSTEMS_BY_PORT.get(port);
  if (system === '' || KNOWN_DATABASES.has(system) || byPort === undefined) return { system, namespace };
  return { system: byPort, namespace: namespace || attributes.system };
}

/** Today's name of a system. */
export function systemName(value: string): string {
  const lower = value.trim().toLowerCase();
  const renamed = DATABASE_SYSTEMS.get(lower);
  if (renamed !== undefined) return renamed;
  return KNOWN_DATABASES.has(lower) ? lower : cleanName(value.trim());
}

/** Loopback addresses are no shared identity: `local:<service>` where they are a service's own, else `local[:port]`. */
function instanceOf({ host, port }: Address, system: string, owner: string): string {
  if (host === '') return '';
  const suffix = port === '' || port === DEFAULT_PORTS.get(system) ? '' : `:${port}`;
  if (!isLoopback(host)) return host + suffix;
  return owner !== '' ? `local:${owner}` : `local${isSocket(host) ? '' : suffix}`;
}

const POSTGRES = 'postgresql';
const SQL_SERVER = 'microsoft.sql_server';
const DOUBLE_QUOTE = 34;

/** PostgreSQL namespaces may be `database|schema`, SQL Server's `instance|database`. */
function namespaceParts(namespace: string, system: string) {
  const bar = namespace.indexOf('|');
  const whole = { database: namespace, schema: '', instanceName: '' };
  if (bar < 0) return whole;
  const [left, right] = [namespace.slice(0, bar), namespace.slice(bar + 1)];
  if (system === SQL_SERVER) return { database: right, schema: '', instanceName: left };
  return system === POSTGRES ? { database: left, schema: right, instanceName: '' } : whole;
}

/** Systems whose databases are files. */
const FILES = new Set(['sqlite', 'duckdb', 'h2database', 'hsqldb', 'derby']);

/**
 * A table's or schema's name as the system itself tells it, in the case that it is given in statements: as those of
 * quoted names.
 */
export function exactName(name: string, system: string): string {
  if (STORE_FAMILIES.has(system) || FILES.has(system)) return cleanName(name);
  return cleanName(foldName(name, DOUBLE_QUOTE, dialectOf(system)));
}

/** A name that an attribute tells: unquoted names are lower case, quoted ones of PostgreSQL as they are. */
export function fold(name: string, system: string): string {
  const trimmed = name.trim();
  if (STORE_FAMILIES.has(system) || FILES.has(system)) return cleanName(trimmed);
  const quoted = /^(["`[])(.+)(["`\]])$/s.exec(trimmed)?.[2];
  if (quoted !== undefined && system === POSTGRES) return cleanName(quoted);
  const bare = quoted ?? trimmed;
  const isUpper = bare === bare.toUpperCase();
  const keeps = !isUpper && (!KNOWN_DATABASES.has(system) || (quoted !== undefined && system === 'oracle.db'));
  return cleanName(keeps ? bare : bare.toLowerCase());
}
