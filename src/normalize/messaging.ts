/** Messaging spans: which operation, which topic, how many messages, which group. */

import { CONSUMER, PROCESS, PRODUCER } from '../contract/observation.ts';
import {
  KIND_CONSUMER,
  KIND_PRODUCER,
  KIND_SERVER,
  LINK_SLOTS,
  type SpanView,
  VALUE_STRING,
} from '../contract/span-view.ts';
import { type Identities, TOPIC } from '../lib/identities.ts';
import { cleanName } from '../lib/names.ts';
import { KeyedCache } from './cache-key.ts';
import { ConsumerGroups } from './consumer-groups.ts';
import { aliasOf, LINK_SLOT, SPAN_SLOT } from './conventions/slots.ts';
import { IMPLIED_MESSAGING } from './conventions/systems.ts';
import { MESSAGING_VERBS } from './conventions/verbs.ts';
import { NO_NAMING, TopicNames } from './identity/naming.ts';
import {
  destinationOfName,
  destinationOfSpanName,
  destinationOfUrl,
  messagingSystem,
  rabbitDestination,
} from './identity/topics.ts';
import type { ServiceEntry } from './services.ts';
import { rangeText, slotNumber, slotText } from './slot-text.ts';

/** No messaging operation could be told. */
export const NO_OPERATION = -1;

const OPERATION_SLOTS = [SPAN_SLOT.operationType, SPAN_SLOT.operation, SPAN_SLOT.operationName];
/** Where brokers may be named. */
const BROKER_SLOTS = [
  SPAN_SLOT.serverAddress,
  SPAN_SLOT.serverPort,
  SPAN_SLOT.socketAddress,
  SPAN_SLOT.socketPort,
  SPAN_SLOT.queueUrl,
];
const COMMA = 0x2c;
const TOPIC_KEY = 1;
const LINK_TOPIC_KEY = 2;
const OPERATION_KEY = 3;
const GROUP_KEY = 4;
const newCache = (): KeyedCache => new KeyedCache(16384, 4 << 20);

export class Messaging {
  private readonly identities: Identities;
  private cache = newCache();
  private names = new TopicNames(NO_NAMING);
  readonly groups = new ConsumerGroups();

  constructor(identities: Identities) {
    this.identities = identities;
  }

  /** From now on; what was read stays. */
  setNames(names: TopicNames): void {
    this.names = names;
    this.cache = newCache();
  }

  /** True when the span carries messaging attributes that name a system or destination. */
  speaksOf(view: SpanView): boolean {
    const values = view.attributes;
    return (
      values.has(SPAN_SLOT.messagingSystem) ||
      values.has(SPAN_SLOT.destination) ||
      values.has(SPAN_SLOT.destinationTemplate) ||
      values.has(SPAN_SLOT.queueUrl)
    );
  }

  /** Class and PROCESS flag of a messaging span, or NO_OPERATION. */
  operation(view: SpanView): number {
    const values = view.attributes;
    for (let i = 0; i < OPERATION_SLOTS.length; i++) {
      const verb = values.has(OPERATION_SLOTS[i]!) ? this.verb(view, OPERATION_SLOTS[i]!) : NO_OPERATION;
      if (verb >= 0) return verb;
    }
    if (knowsSystem(view)) {
      const words = rangeText(view, view.nameStart, view.nameEnd).toLowerCase().split(/\s+/);
      const verb = MESSAGING_VERBS.get(words.at(-1) ?? '') ?? MESSAGING_VERBS.get(words[0] ?? '');
      if (verb !== undefined) return verb;
    }
    if (view.kind === KIND_PRODUCER) return PRODUCER;
    return view.kind === KIND_CONSUMER || view.kind === KIND_SERVER ? CONSUMER | PROCESS : NO_OPERATION;
  }

  private verb(view: SpanView, slot: number): number {
    this.cache.begin(OPERATION_KEY, slot, 0);
    this.cache.slot(view, view.attributes, slot);
    const known = this.cache.find();
    if (known >= 0) return known - 1;
    const verb = MESSAGING_VERBS.get(slotText(view, view.attributes, slot).toLowerCase()) ?? NO_OPERATION;
    return this.cache.keep(verb + 1) - 1;
  }

  /** Identity of the span's topic; 0 when no destination is known. */
  topic(view: SpanView, service: ServiceEntry): number {
    const values = view.attributes;
    const key = this.cache;
    key.begin(TOPIC_KEY, service.environmentNumber, 0);
    key.slot(view, values, SPAN_SLOT.messagingSystem);
    key.slot(view, values, SPAN_SLOT.destinationTemplate);
    key.slot(view, values, SPAN_SLOT.destination);
    key.slot(view, values, SPAN_SLOT.clusterId);
    if (!values.has(SPAN_SLOT.messagingSystem)) this.keyImplied(view);
    if (values.has(SPAN_SLOT.routingKey)) key.slot(view, values, SPAN_SLOT.routingKey);
    if (this.names.knowsBrokers) this.keyBrokers(view);
    if (!values.has(SPAN_SLOT.destination) && !values.has(SPAN_SLOT.destinationTemplate)) {
      key.slot(view, values, SPAN_SLOT.queueUrl);
      key.slot(view, values, SPAN_SLOT.url);
      key.range(view, view.nameStart, view.nameEnd);
    }
    const known = key.find();
    return known >= 0 ? known : key.keep(this.internTopic(view, service));
  }

  /** Identity of the topic that a link names, in the span's system and cluster. */
  linkTopic(view: SpanView, service: ServiceEntry, link: number): number {
    const place = link * LINK_SLOTS + LINK_SLOT.destination;
    const { links } = view;
    if (links.type[place] !== VALUE_STRING) return 0;
    const key = this.cache;
    key.begin(LINK_TOPIC_KEY, service.environmentNumber, 0);
    key.slot(view, view.attributes, SPAN_SLOT.messagingSystem);
    key.slot(view, view.attributes, SPAN_SLOT.clusterId);
    if (this.names.knowsBrokers) this.keyBrokers(view);
    key.range(view, links.start[place]!, links.end[place]!);
    const known = key.find();
    if (known >= 0) return known;
    return key.keep(this.internTopic(view, service, slotText(view, links, place)));
  }

  /** True when the destination may be a list: one poll of several topics. */
  namesSeveral(view: SpanView): boolean {
    const values = view.attributes;
    const slot = SPAN_SLOT.destination;
    if (values.type[slot] !== VALUE_STRING || values.has(SPAN_SLOT.destinationTemplate)) return false;
    let list = false;
    for (let i = values.start[slot]!; i < values.end[slot]!; i++) if (view.data.getUint8(i) === COMMA) list = true;
    return list && new Set(namesOfList(slotText(view, values, slot))).size > 1;
  }

  /** The row's MESSAGES word. */
  messages(view: SpanView): number {
    const counted = slotNumber(view, view.attributes, SPAN_SLOT.batchCount);
    const count = counted >= 1 ? Math.min(Math.floor(counted), 0xffffff) : 1;
    return count | (Math.min(view.links.dropped, 255) << 24);
  }

  /** Number of the consumer group; 0 when none is named. */
  group(view: SpanView): number {
    const values = view.attributes;
    const slot = values.has(SPAN_SLOT.group) ? SPAN_SLOT.group : SPAN_SLOT.consumerId;
    if (!values.has(slot)) return 0;
    this.cache.begin(GROUP_KEY, slot, 0);
    this.cache.slot(view, values, slot);
    const known = this.cache.find();
    if (known >= 0) return known;
    const text = slotText(view, values, slot);
    const name = slot === SPAN_SLOT.group ? text : (text.split(' - ')[0] ?? '');
    return this.cache.keep(this.groups.numberOf(name));
  }

  private keyImplied({ attributes }: SpanView): void {
    const { destination, queueUrl } = SPAN_SLOT;
    const rank = (slot: number) => (attributes.has(slot) ? attributes.rank[slot]! : -1);
    this.cache.number(rank(destination));
    this.cache.number(rank(queueUrl));
  }

  private keyBrokers(view: SpanView): void {
    for (let i = 0; i < BROKER_SLOTS.length; i++) this.cache.slot(view, view.attributes, BROKER_SLOTS[i]!);
  }

  /** The cluster as the span or the configuration names it: an address alone says nothing about it. */
  private cluster(view: SpanView): string {
    const text = (slot: number) => slotText(view, view.attributes, slot);
    const told = cleanName(text(SPAN_SLOT.clusterId)).trim();
    if (told !== '' || !this.names.knowsBrokers) return told;
    return (
      this.names.cluster(text(SPAN_SLOT.serverAddress), text(SPAN_SLOT.serverPort)) ||
      this.names.cluster(text(SPAN_SLOT.queueUrl), '') ||
      this.names.cluster(text(SPAN_SLOT.socketAddress), text(SPAN_SLOT.socketPort))
    );
  }

  /** What the span calls its destination, best first. Without an attribute of it, its URL and its name may tell. */
  private destinations(view: SpanView, system: string): readonly string[] {
    const values = view.attributes;
    const text = (slot: number) => slotText(view, values, slot);
    const given = [
      text(SPAN_SLOT.destinationTemplate),
      exchangeOf(system, destinationOfName(firstOfList(text(SPAN_SLOT.destination))), text(SPAN_SLOT.routingKey)),
    ].filter(one => one !== '');
    if (given.length > 0 || values.has(SPAN_SLOT.destination)) return given;
    const spanName = system === '' ? '' : destinationOfSpanName(rangeText(view, view.nameStart, view.nameEnd));
    const url =
      destinationOfUrl(text(SPAN_SLOT.queueUrl)) || (system === SQS ? destinationOfUrl(text(SPAN_SLOT.url)) : '');
    const told = [url, exchangeOf(system, spanName, '')];
    return told.filter(one => one !== '').slice(0, 1);
  }

  /** @param link the destination as a link names it. */
  private internTopic(view: SpanView, service: ServiceEntry, link?: string): number {
    const system = systemOf(view);
    const [best, ...others] =
      link === undefined ? this.destinations(view, system) : [exchangeOf(system, destinationOfName(link), '')];
    if (best === undefined) return 0;
    const name = this.names.nameOf(system, best, others);
    return name === '' ? 0 : this.identities.intern(TOPIC, service.environment, [system, this.cluster(view), name]);
  }
}

const SQS = 'aws_sqs';
const IMPLYING_SLOTS = [SPAN_SLOT.destination, SPAN_SLOT.queueUrl];

/** The span's messaging system, also where only an attribute of its own tells it; empty when unknown. */
function systemOf(view: SpanView): string {
  const { attributes } = view;
  if (attributes.has(SPAN_SLOT.messagingSystem))
    return messagingSystem(slotText(view, attributes, SPAN_SLOT.messagingSystem));
  return impliedSystem(view) ?? '';
}

const knowsSystem = (view: SpanView): boolean =>
  view.attributes.has(SPAN_SLOT.messagingSystem) || impliedSystem(view) !== undefined;

function impliedSystem({ attributes }: SpanView): string | undefined {
  for (const slot of IMPLYING_SLOTS) {
    const system = attributes.has(slot) ? IMPLIED_MESSAGING.get(aliasOf(slot, attributes.rank[slot]!)) : undefined;
    if (system !== undefined) return system;
  }
  return undefined;
}

function exchangeOf(system: string, destination: string, routingKey: string): string {
  return system === 'rabbitmq' ? rabbitDestination(destination, routingKey) : destination;
}

function namesOfList(text: string): string[] {
  const names = text.split(',').map(name => name.trim());
  return names.filter(name => name !== '');
}

function firstOfList(text: string): string {
  return text.includes(',') ? (namesOfList(text)[0] ?? '') : text;
}
