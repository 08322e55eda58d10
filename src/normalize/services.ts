/** Resource → service: identity, environment, instance. Cached by the bytes of the resource. */
import type { SpanView } from '../contract/span-view.ts';
import { ByteMap } from '../lib/byte-map.ts';
import { finalize } from '../lib/bytes.ts';
import { type Identities, SERVICE } from '../lib/identities.ts';
import { cleanName } from '../lib/names.ts';
import { RESOURCE_SLOT } from './conventions/slots.ts';
import { slotText } from './slot-text.ts';

export interface ServiceEntry {
  /** 0 when the resource names no service. */
  readonly identity: number;
  readonly environment: string;
  /** Number of the environment, for cache keys. */
  readonly environmentNumber: number;
  readonly name: string;
  readonly instanceHash: number;
  /** The resource speaks of a container or Kubernetes: loopback addresses are its own. */
  readonly contained: boolean;
}

const CACHED_RESOURCES = 8192;
const KNOWN_ENVIRONMENTS = 4096;

export class Services {
  private readonly identities: Identities;
  private cache = new ByteMap(CACHED_RESOURCES, 16 << 20);
  private entries: ServiceEntry[] = [];
  private readonly environments = new Map<string, number>();
  private nextEnvironment = 0;
  /** The resource whose service is `current`: each view counts its own. */
  private view: SpanView | undefined;
  private serial = -1;
  private current: ServiceEntry | undefined;

  constructor(identities: Identities) {
    this.identities = identities;
  }

  /** The service of the view's resource. */
  of(view: SpanView): ServiceEntry {
    if (view.resourceSerial === this.serial && view === this.view) return this.current!;
    return this.enter(view, this.lookup(view));
  }

  /** True when the bytes of the view's resource were met before: its slots are not needed. */
  knows(view: SpanView): boolean {
    const known = this.cache.get(view.data, view.resourceStart, view.resourceEnd);
    if (known < 0) return false;
    this.enter(view, this.entries[known]!);
    return true;
  }

  private enter(view: SpanView, entry: ServiceEntry): ServiceEntry {
    this.view = view;
    this.serial = view.resourceSerial;
    this.current = entry;
    return entry;
  }

  private lookup(view: SpanView): ServiceEntry {
    if (view.resourceStart < 0) return this.read(view);
    const known = this.cache.get(view.data, view.resourceStart, view.resourceEnd);
    if (known >= 0) return this.entries[known]!;
    const entry = this.read(view);
    if (this.entries.length >= CACHED_RESOURCES * 4) {
      this.entries = [];
      this.cache = new ByteMap(CACHED_RESOURCES, 16 << 20);
    }
    this.cache.set(view.data, view.resourceStart, view.resourceEnd, this.entries.push(entry) - 1);
    return entry;
  }

  private read(view: SpanView): ServiceEntry {
    const text = (slot: number) => slotText(view, view.resource, slot);
    const name = cleanName(text(RESOURCE_SLOT.serviceName)).trim();
    const environment = cleanName(text(RESOURCE_SLOT.environment)).trim();
    const namespace = cleanName(text(RESOURCE_SLOT.serviceNamespace)).trim();
    const named = name !== '' && name !== 'unknown_service' && !name.startsWith('unknown_service:');
    return {
      identity: named ? this.identities.intern(SERVICE, environment, [namespace, name]) : 0,
      environment,
      environmentNumber: this.numberOf(environment),
      name,
      instanceHash: hashText(text(RESOURCE_SLOT.serviceInstance)),
      contained: view.resource.has(RESOURCE_SLOT.container),
    };
  }

  private numberOf(environment: string): number {
    const known = this.environments.get(environment);
    if (known !== undefined) return known;
    // A number is never given twice: one that is forgotten makes caches miss, not err.
    if (this.environments.size >= KNOWN_ENVIRONMENTS) this.environments.clear();
    const number = this.nextEnvironment++;
    this.environments.set(environment, number);
    return number;
  }
}

function hashText(text: string): number {
  let h = text.length;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return finalize(h) | 0;
}
