/** What a configuration says of names that are read: templates of topics, clusters by their brokers, loopback addresses. */
import { cleanName } from '../../lib/names.ts';
import { wholePattern } from '../../lib/patterns.ts';
import { addressOf } from './hosts.ts';
import { topicName } from './topics.ts';

export const LOOPBACKS = ['auto', 'shared', 'service'] as const;
export type Loopback = (typeof LOOPBACKS)[number];

export interface Naming {
  readonly templates: readonly { readonly system?: string; readonly match: string; readonly name: string }[];
  readonly clusters: readonly { readonly brokers: readonly string[]; readonly name: string }[];
  readonly loopback: Loopback;
}

export const NO_NAMING: Naming = { templates: [], clusters: [], loopback: 'auto' };

/** Topics that the configuration names. Throws a `SyntaxError` for a pattern that is none. */
export class TopicNames {
  /** Brokers say something. */
  readonly knowsBrokers: boolean;
  private readonly templates: readonly { readonly system: string; readonly match: RegExp; readonly name: string }[];
  private readonly clusters: ReadonlyMap<string, string>;

  constructor({ templates, clusters }: Naming) {
    this.templates = templates.map(({ system = '', match, name }) => ({ system, match: wholePattern(match), name }));
    this.clusters = new Map(
      clusters.flatMap(({ brokers, name }) => brokers.map(broker => [keyOf(addressOf(broker, '')), name] as const)),
    );
    this.knowsBrokers = this.clusters.size > 0;
  }

  /** What a topic is called that a span gives this name, or, where it says more, these. Empty when that is nothing. */
  nameOf(system: string, best: string, others: readonly string[] = []): string {
    const template = [...others, best].map(name => this.template(system, name)).find(name => name !== undefined);
    return cleanName(template ?? topicName(best));
  }

  private template(system: string, topic: string): string | undefined {
    const found = this.templates.find(one => (one.system === '' || one.system === system) && one.match.test(topic));
    return found === undefined ? undefined : topic.replace(found.match, found.name);
  }

  /** The cluster of the first broker that is configured; empty when none is. */
  cluster(addresses: string, port: string): string {
    for (const part of addresses.split(/[\s,;"']+/)) {
      const address = addressOf(withoutListBrackets(part), port);
      if (address.host === '') continue;
      const name = this.clusters.get(keyOf(address)) ?? this.clusters.get(address.host) ?? this.anyPort(address);
      if (name !== undefined) return name;
    }
    return '';
  }

  /** A span that tells no port means any of the host's. */
  private anyPort({ host, port }: { readonly host: string; readonly port: string }): string | undefined {
    if (port !== '') return undefined;
    const names = new Set([...this.clusters].filter(([key]) => key.startsWith(`${host}:`)).map(([, name]) => name));
    return names.size === 1 ? [...names][0] : undefined;
  }
}

/** Lists of brokers come as texts such as `[kafka-1:9092, kafka-2:9092]`; brackets of IPv6 stay. */
function withoutListBrackets(text: string): string {
  if (text.includes('[') && text.includes(']')) return text.replace(/^\[([^[\]:]*(?::\d+)?)\]$/, '$1');
  return text.replace(/^\[|\]$/g, '');
}

function keyOf({ host, port }: { readonly host: string; readonly port: string }): string {
  return port === '' ? host : `${host}:${port}`;
}
