/** The external peer a client span names, and the peer a root server span says it serves. */
import type { SpanView } from '../contract/span-view.ts';
import { ByteMap } from '../lib/byte-map.ts';
import { EXTERNAL, type Identities } from '../lib/identities.ts';
import { cleanName } from '../lib/names.ts';
import { CacheKey } from './cache-key.ts';
import { SPAN_SLOT } from './conventions/slots.ts';
import { peerName, urlHost } from './identity/hosts.ts';
import type { ServiceEntry } from './services.ts';
import { slotText } from './slot-text.ts';

/** Slots that may name the peer of a client span, best first. */
const ADDRESSES = [
  [SPAN_SLOT.serverAddress, SPAN_SLOT.serverPort],
  [SPAN_SLOT.socketAddress, SPAN_SLOT.socketPort],
] as const;

export class Peers {
  private readonly identities: Identities;
  private readonly cache = new ByteMap(16384, 4 << 20);
  private readonly key = new CacheKey();

  constructor(identities: Identities) {
    this.identities = identities;
  }

  /** Identity of the peer by name only (`peer.service`); 0 when it is not named. */
  named(view: SpanView, service: ServiceEntry): number {
    if (!view.attributes.has(SPAN_SLOT.peerService)) return 0;
    this.key.begin(1, service.environmentNumber, 0);
    this.key.slot(view, view.attributes, SPAN_SLOT.peerService);
    return this.cached(() => this.intern(service, slotText(view, view.attributes, SPAN_SLOT.peerService)));
  }

  /** Identity of the peer of a client span by name or address; 0 when it names none. */
  of(view: SpanView, service: ServiceEntry): number {
    const values = view.attributes;
    if (values.has(SPAN_SLOT.peerService)) return this.named(view, service);
    for (const [address, port] of ADDRESSES) {
      if (!values.has(address)) continue;
      this.key.begin(2, service.environmentNumber, 0);
      this.key.slot(view, values, address);
      this.key.slot(view, values, port);
      return this.cached(() =>
        this.intern(service, peerName(slotText(view, values, address), slotText(view, values, port))),
      );
    }
    return this.ofUrl(view, service);
  }

  /** URLs differ span by span: their host decides, and only it may enter the cache. */
  private ofUrl(view: SpanView, service: ServiceEntry): number {
    const { host, port } = urlHost(slotText(view, view.attributes, SPAN_SLOT.url));
    const name = host === '' ? peerName(slotText(view, view.attributes, SPAN_SLOT.httpHost), '') : peerName(host, port);
    return name === '' ? 0 : this.intern(service, name);
  }

  private cached(make: () => number): number {
    const { view, length } = this.key;
    const known = this.cache.get(view, 0, length);
    if (known >= 0) return known;
    const identity = make();
    this.cache.set(view, 0, length, identity);
    return identity;
  }

  private intern(service: ServiceEntry, name: string): number {
    const clean = cleanName(name);
    return clean === '' ? 0 : this.identities.intern(EXTERNAL, service.environment, [clean]);
  }
}
