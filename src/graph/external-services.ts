/**
 * Peers that are services after all: an external named like a service, or whose host is, or the first label of its
 * `name.namespace.svc…` form, or that is configured to be it. It is that service of its own environment when there is
 * exactly one; a name that several services share is none of them.
 */
import { type Identity, identityOf, SERVICE } from '../lib/identities.ts';
import type { Ambiguity } from './ambiguities.ts';
import type { Subject } from './resolve.ts';

/** An external and the names of services it may go by, best first. */
interface Peer {
  readonly subject: Subject;
  readonly names: readonly string[];
}

export class ExternalServices {
  private readonly services = new Map<string, Subject[]>();
  /** Those that share a name with a service, or are configured to. */
  private readonly open = new Set<Peer>();
  private readonly waiting = new Map<string, Peer[]>();

  add(subject: Subject): void {
    if (subject.identity.kind === SERVICE) this.addService(subject);
    else this.addPeer(subject);
  }

  resolve(
    isShown: (subject: Subject) => boolean,
    move: (subject: Subject, to: Identity) => void,
    ambiguous: Ambiguity[],
  ): void {
    const shown = new ShownServices(this.services, isShown);
    for (const { subject, names } of this.open) {
      if (!isShown(subject)) continue;
      const candidates = subject.service ? configured(subject, shown) : named(subject, names, shown);
      if (candidates.length === 1) move(subject, candidates[0]!);
      else if (candidates.length > 1) ambiguous.push({ of: subject.identity, candidates: () => candidates });
    }
  }

  private addService(subject: Subject): void {
    const name = subject.identity.parts[1]!;
    const same = this.services.get(name);
    if (same === undefined) this.services.set(name, [subject]);
    else same.push(subject);
    for (const peer of this.waiting.get(name) ?? []) this.open.add(peer);
    this.waiting.delete(name);
  }

  private addPeer(subject: Subject): void {
    const peer = { subject, names: serviceNamesOf(subject.identity.parts[0]!) };
    if (subject.service !== undefined || peer.names.some(name => this.services.has(name))) {
      this.open.add(peer);
      return;
    }
    for (const name of peer.names) {
      const waiting = this.waiting.get(name);
      if (waiting === undefined) this.waiting.set(name, [peer]);
      else waiting.push(peer);
    }
  }
}

/** Services that show, by name and environment, each looked up once. */
class ShownServices {
  private readonly services: ReadonlyMap<string, readonly Subject[]>;
  private readonly isShown: (subject: Subject) => boolean;
  private readonly found = new Map<string, readonly Identity[]>();

  constructor(services: ReadonlyMap<string, readonly Subject[]>, isShown: (subject: Subject) => boolean) {
    this.services = services;
    this.isShown = isShown;
  }

  /** Undefined: of every environment. */
  of(name: string, environment: string | undefined): readonly Identity[] {
    const key = `${environment ?? '\0'}\0${name}`;
    let found = this.found.get(key);
    if (found === undefined) {
      const all = (this.services.get(name) ?? []).filter(this.isShown).map(one => one.identity);
      found = environment === undefined ? all : all.filter(one => one.environment === environment);
      this.found.set(key, found);
    }
    return found;
  }
}

function named({ identity }: Subject, names: readonly string[], shown: ShownServices): readonly Identity[] {
  for (const name of names) {
    const found = shown.of(name, identity.environment);
    if (found.length > 0) return found;
  }
  return [];
}

/** A service that nobody instruments anywhere is taken at the configuration's word. */
function configured({ identity, service }: Subject, shown: ShownServices): readonly Identity[] {
  const [namespace, name] = service!.parts as [string, string];
  const environment = service!.environment || identity.environment;
  const wanted = (all: readonly Identity[]) => (namespace === '' ? all : all.filter(one => one.parts[0] === namespace));
  const found = wanted(shown.of(name, environment));
  if (found.length > 0 || wanted(shown.of(name, undefined)).length > 0) return found;
  return [identityOf(SERVICE, environment, [namespace, name])];
}

/** Addresses of whatever machine or network they are spoken on. */
const EVERYONES = /^(localhost|127(\.\d+){3}|0\.0\.0\.0|169\.254(\.\d+){2}|::1?|fe80:.*)$/;

/** The name, the host without its port, and the first label of a name inside a Kubernetes cluster. */
function serviceNamesOf(name: string): string[] {
  const host = name.replace(/(?<=^[^:]+):\d+$/, '');
  if (EVERYONES.test(host)) return [];
  const label = /^([^.]+)\.[^.]+\.svc(?:\.|$)/.exec(host)?.[1];
  return [...new Set([name, host, ...(label === undefined ? [] : [label])])];
}
