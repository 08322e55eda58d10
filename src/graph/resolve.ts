/**
 * What raw identities resolve to: a pure function of those that show and of the configured rules, whatever the order in
 * which they came. Nothing is moved by it: a view asks for it whenever nodes came or went, and with one more candidate
 * the answer is another. Work is only where identities share a name.
 */
import type { Diagnostic } from '../contract/graph-document.ts';
import type { IdentityRules } from '../contract/identity-rules.ts';
import { DATABASE, EXTERNAL, type Identity, SERVICE } from '../lib/identities.ts';
import { Aliases } from './aliases.ts';
import { type Ambiguity, ambiguities } from './ambiguities.ts';
import { ExternalServices } from './external-services.ts';
import { IncompleteGroup, isIncomplete } from './incomplete.ts';

export interface Resolution {
  /** What nodes resolve to, of those that do not stay what they are, by number. */
  readonly moved: ReadonlyMap<number, Identity>;
  readonly diagnostics: readonly Diagnostic[];
}

/** An identity as the rules name it, and the numbers of the nodes that go by it. */
export interface Subject {
  readonly identity: Identity;
  readonly nodes: number[];
  /** What an external is configured to be. */
  readonly service: Identity | undefined;
}

export class Resolver {
  readonly rules: IdentityRules;
  private readonly aliases: Aliases | undefined;
  private taken = 0;
  /** Only where rules may make one of several. */
  private readonly byId = new Map<string, Subject>();
  /** Nodes that the rules name otherwise. */
  private readonly renamed = new Map<number, Identity>();
  private readonly groups = new Map<string, Subject[]>();
  /** Of those the ones in which something may resolve to something. */
  private readonly openGroups = new Set<Subject[]>();
  private readonly externals = new ExternalServices();

  constructor(rules: IdentityRules) {
    this.rules = rules;
    const isEmpty = rules.aliases.length + rules.databases.length + rules.clusters.length === 0;
    this.aliases = isEmpty ? undefined : new Aliases(rules);
  }

  /** @param shows by number of the node. From call to call nodes are only added. */
  resolve(count: number, identityOf: (node: number) => Identity, shows: Uint8Array): Resolution {
    for (; this.taken < count; this.taken++) this.take(this.taken, identityOf(this.taken));
    const moved = new Map<number, Identity>();
    const found: Ambiguity[] = [];
    const isShown = ({ nodes }: Subject) => nodes.some(node => shows[node] === 1);
    const move = ({ nodes }: Subject, to: Identity) => {
      for (const node of nodes) if (shows[node] === 1) moved.set(node, to);
    };
    for (const [node, to] of this.renamed) if (shows[node] === 1) moved.set(node, to);
    for (const group of this.openGroups) {
      const shown = group.filter(isShown);
      const identityOfMember = (member: number) => shown[member]!.identity;
      for (const [member, candidates] of new IncompleteGroup(shown.map(one => one.identity)).resolve()) {
        const [[first] = [], second] = candidates;
        if (second === undefined && candidates[0]!.length === 1) move(shown[member]!, shown[first!]!.identity);
        else found.push({ of: shown[member]!.identity, candidates: () => candidates.flat().map(identityOfMember) });
      }
    }
    this.externals.resolve(isShown, move, found);
    return { moved, diagnostics: ambiguities(found) };
  }

  private take(node: number, raw: Identity): void {
    if (this.aliases === undefined) return this.add({ identity: raw, nodes: [node], service: undefined });
    const { identity, service } = this.aliases.of(raw);
    if (identity !== raw) this.renamed.set(node, identity);
    const name = `${service?.id ?? ''} ${identity.id}`;
    const known = this.byId.get(name);
    if (known !== undefined) {
      known.nodes.push(node);
      return;
    }
    const subject = { identity, nodes: [node], service };
    this.byId.set(name, subject);
    this.add(subject);
  }

  private add(subject: Subject): void {
    const { identity } = subject;
    const { kind, overflow, parts } = identity;
    if (overflow) return;
    if (kind === SERVICE || kind === EXTERNAL) return this.externals.add(subject);
    const name = `${kind} ${kind === DATABASE ? '' : parts.at(-1)}`;
    const group = this.groups.get(name);
    if (group === undefined) {
      this.groups.set(name, [subject]);
      return;
    }
    group.push(subject);
    if (group.length === 2 ? group.some(one => isIncomplete(one.identity)) : isIncomplete(identity)) {
      this.openGroups.add(group);
    }
  }
}
