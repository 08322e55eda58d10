/** The external peer a client span names, and the peer a root server span says it serves. */
import type { SpanView } from '../contract/span-view.ts';
import { EXTERNAL, type Identities } from '../lib/identities.ts';
import { cleanName } from '../lib/names.ts';
import { KeyedCache } from './cache-key.ts';
import { SPAN_SLOT } from './conventions/slots.ts';
import { peerName, urlHost } from './identity/hosts.ts';
import type { ServiceEntry } from './services.ts';
import { slotText } from './slot-text.ts';

/** Slots that may name the peer of a client span, best first. */
const ADDRESSES = [
  { address: SPAN_SLOT.serverAddress, port: SPAN_SLOT.serverPort },
  { address: SPAN_SLOT.socketAddress, port: SPAN_SLOT.socketPort },
];

export class Peers {
  private readonly identities: Identities;
  private readonly cache = new KeyedCache(16384, 4 << 20);

  constructor(identities: Identities) {
    this.identities = identities;
  }

  /** Identity of the peer by name only (`peer.service`); 0 when it is not named. */
  named(view: SpanView, service: ServiceEntry): number {
    if (!view.attributes.has(SPAN_SLOT.peerService)) return 0;
    this.cache.begin(1, service.environmentNumber, 0);
    this.cache.slot(view, view.attributes, SPAN_SLOT.peerService);
    const known = this.cache.find();
    if (known >= 0) return known;
    return this.cache.keep(this.intern(service, slotText(view, view.attributes, SPAN_SLOT.peerService)));
  }

  /** Identity of the peer of a client span by name or address; 0 when it names none. */
  of(view: SpanView, service: ServiceEntry): number {
    const values = view.attributes;
    if (values.has(SPAN_SLOT.peerService)) return this.named(view, service);
    for (let i = 0; i < ADDRESSES.length; i++) {
      const { address, port } = ADDRESSES[i]!;
      if (values.has(address)) return this.ofAddress(view, service, address, port);
    }
    return this.ofUrl(view, service);
  }

  private ofAddress(view: SpanView, service: ServiceEntry, address: number, port: number): number {
    const values = view.attributes;
    this.cache.begin(2, service.environmentNumber, 0);
    this.cache.slot(view, values, address);
    this.cache.slot(view, values, port);
    const known = this.cache.find();
    if (known >= 0) return known;
    const name = peerName(slotText(view, values, address), slotText(view, values, port));
    return this.cache.keep(this.intern(service, name));
  }

  /** URLs differ span by span: their host decides, and only it may enter the cache. */
  private ofUrl(view: SpanView, service: ServiceEntry): number {
    const { host, port } = urlHost(slotText(view, view.attributes, SPAN_SLOT.url));
    const name = host === '' ? peerName(slotText(view, view.attributes, SPAN_SLOT.httpHost), '') : peerName(host, port);
    return name === '' ? 0 : this.intern(service, name);
  }

  private intern(service: ServiceEntry, name: string): number {
    const clean = cleanName(name).trim();
    return clean === '' ? 0 : this.identities.intern(EXTERNAL, service.environment, [clean]);
  }
}
