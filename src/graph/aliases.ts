/**
 * Configured names: a raw identity in, the identity it goes by out, and for an external that is said to be a service the
 * service. Rules are tried in their order and the first that fits counts; what it gives is looked up no more.
 */
import { NODE_KINDS } from '../contract/graph-document.ts';
import type { AliasRule, IdentityRules } from '../contract/identity-rules.ts';
import { DATABASE, EXTERNAL, type Identity, identityOf, parseIdentity, TABLE, TOPIC } from '../lib/identities.ts';
import { cleanName } from '../lib/names.ts';
import { nameOrPattern, wholePattern } from '../lib/patterns.ts';

export interface Alias {
  readonly identity: Identity;
  /** The service an external is configured to be; its environment is empty when it is the external's. */
  readonly service?: Identity;
}

interface Renaming {
  readonly kind: number;
  readonly from: string | RegExp;
  readonly to: string;
  /** `to` as an id. */
  readonly target: Identity | undefined;
}

/** Places of the parts. */
const CLUSTER = 1;
const INSTANCE = 1;

const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '::1'];

export class Aliases {
  private readonly renamings: readonly Renaming[];
  private readonly instances: readonly { readonly system: string; readonly host: RegExp; readonly name: string }[];
  private readonly clusters: ReadonlyMap<string, string>;

  constructor({ aliases, databases, clusters }: IdentityRules) {
    this.renamings = aliases.map(renaming);
    this.instances = databases.map(({ system, host, instance }) => ({
      system,
      host: wholePattern(host, 'iu'),
      name: instance,
    }));
    this.clusters = new Map(clusters.flatMap(({ ids, name }) => ids.map(id => [id, name] as const)));
  }

  of(raw: Identity): Alias {
    if (raw.overflow) return { identity: raw };
    const placed = this.placed(raw);
    const found = this.renamings.find(one => one.kind === raw.kind && fits(one.from, placed, raw));
    if (found === undefined) return { identity: placed };
    const { target } = found;
    if (target === undefined) return { identity: renamed(placed, newName(found, placed)) };
    if (target.kind !== raw.kind) return { identity: placed, service: target };
    return { identity: identityOf(target.kind, target.environment || raw.environment, target.parts) };
  }

  /** On the configured instance or cluster. */
  private placed(raw: Identity): Identity {
    if (raw.kind === TABLE || raw.kind === DATABASE) {
      const [system = '', instance = ''] = raw.parts;
      const hosts = instance === '' ? [] : namesOfInstance(instance);
      const found = this.instances.find(
        one => (one.system === '' || one.system === system) && hosts.some(host => one.host.test(host)),
      );
      return found === undefined ? raw : withPart(raw, INSTANCE, found.name);
    }
    const cluster = raw.kind === TOPIC ? this.clusters.get(raw.parts[CLUSTER]!) : undefined;
    return cluster === undefined ? raw : withPart(raw, CLUSTER, cluster);
  }
}

function renaming({ kind, from, to }: AliasRule): Renaming {
  return { kind: NODE_KINDS.indexOf(kind), from: nameOrPattern(from), to, target: parseIdentity(to) };
}

/** Of `host[\instance][:port]` the whole and the host; `local…` is also any address of the machine itself. */
function namesOfInstance(instance: string): string[] {
  const host = instance.replace(/\\.*$/s, '').replace(/(?<=^[^:]*):\d+$/, '');
  return /^local(:|$)/.test(instance) ? [instance, ...LOOPBACK_HOSTS] : [instance, host];
}

function fits(from: string | RegExp, placed: Identity, raw: Identity): boolean {
  const name = nameOf(placed);
  if (typeof from !== 'string') return from.test(name);
  // Peers have no default ports, and addresses no capitals.
  if (raw.kind === EXTERNAL && name === from.replace(/:(80|443)$/, '').toLowerCase()) return true;
  return from === name || [placed, raw].some(one => from === one.id || from === idInAnyEnvironment(one));
}

function idInAnyEnvironment({ id, environment }: Identity): string {
  return environment === '' ? id : id.slice(0, id.lastIndexOf('@'));
}

/** What stands for the whole name: `to`, with what the groups of the pattern found. */
function newName({ from, to }: Renaming, placed: Identity): string {
  if (typeof from === 'string') return to;
  const name = nameOf(placed);
  const { index, 0: found } = from.exec(name)!;
  const replaced = name.replace(from, to);
  return cleanName(replaced.slice(index, replaced.length - (name.length - index - found.length))) || name;
}

function nameOf({ parts }: Identity): string {
  return parts.at(-1)!;
}

function renamed(identity: Identity, name: string): Identity {
  return withPart(identity, identity.parts.length - 1, name);
}

function withPart({ kind, environment, parts }: Identity, place: number, text: string): Identity {
  return identityOf(kind, environment, parts.with(place, text));
}
