/**
 * Names of Debezium's connectors → the systems of the conventions. What these do not know is named as the clients' spans
 * name it, by the protocol that it speaks: only so do changes and statements meet at one table.
 */
const SYSTEMS: ReadonlyMap<string, string> = new Map([
  ['postgresql', 'postgresql'],
  ['mysql', 'mysql'],
  ['mariadb', 'mariadb'],
  ['sqlserver', 'microsoft.sql_server'],
  ['oracle', 'oracle.db'],
  ['mongodb', 'mongodb'],
  ['db2', 'ibm.db2'],
  ['informix', 'ibm.informix'],
  ['cassandra', 'cassandra'],
  ['spanner', 'gcp.spanner'],
  ['cockroachdb', 'cockroachdb'],
  ['vitess', 'mysql'],
  ['ticdc', 'mysql'],
  ['yugabytedb', 'postgresql'],
]);

/** Another connector's own name; empty stays empty. */
export function systemOf(connector: string): string {
  return SYSTEMS.get(connector) ?? SYSTEMS.get(connector.toLowerCase()) ?? connector.toLowerCase();
}
