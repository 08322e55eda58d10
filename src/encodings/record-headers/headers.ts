/**
 * Headers of a record → context, message id, producer, and where it was before. Names are told apart in any case: what
 * passes HTTP on its way is in lower case.
 */
import type { RecordHeader, SpanContext } from '../../contract/record.ts';
import type { Outbox } from '../outbox.ts';
import { ContextHeaders, isContextHeader } from './context.ts';
import { readContextText } from './context-text.ts';
import { headerBytes, headerText } from './header-text.ts';

/** In their priority; behind the configured ones. */
const MESSAGE_IDS = ['ce_id', 'id', 'message-id', 'messageid', 'eventid'];
/** Spring's dead-letter and retry topics, and the dead-letter queue of Kafka Connect. */
const ORIGINAL_TOPICS = ['kafka_dlt-original-topic', 'kafka_original-topic', '__connect.errors.topic'];
/** An id of many senders: that of an outbox's event only where Debezium says that it wrote it. */
const USUAL_ID = 'id';
/** What Debezium writes on every record; of older versions only the default name of an outbox's topic tells. */
const DEBEZIUM_CONTEXT = '__debezium.context.';
/** What a change is, beside a value that does not say it: CloudEvents in binary mode, and flattened rows. */
const CHANGE = ['ce_iodebeziumop', '__op', '__table'];
/** Names whose kinds are kept; a producer may invent any number. */
const MAX_KNOWN_NAMES = 4096;

type Kind = 'context' | 'own_context' | 'message_id' | 'original_topic' | 'debezium' | 'change' | 'other';
interface KnownName {
  readonly kind: Kind;
  readonly name: string;
  /** Priority among those of its kind. */
  readonly rank: number;
}

export class RecordHeaders {
  context: SpanContext | undefined;
  messageId = '';
  producer = '';
  originalTopic = '';
  /** It has a header with the id of an event of an outbox. */
  hasOutboxId = false;
  /** A connector of Debezium wrote the record, and says so. */
  isDebezium = false;
  /** Some tell of a change of a row. */
  haveChange = false;
  private readonly contexts = new ContextHeaders();
  private readonly messageIds: readonly string[];
  private readonly outbox: Outbox;
  private readonly known = new Map<string, KnownName>();
  private rank = 0;
  /** Of a header that the configuration names. */
  private ownContext: SpanContext | undefined;
  private ownRank = 0;
  private isOutboxAlone = false;

  /** @param messageIdHeaders names that hold a message's id, before those that every record is looked at for. */
  constructor(messageIdHeaders: readonly string[], outbox: Outbox) {
    this.outbox = outbox;
    const idsOfOutbox = outbox.idHeaders.filter(name => !MESSAGE_IDS.includes(name));
    this.messageIds = [...messageIdHeaders.map(name => name.toLowerCase()), ...idsOfOutbox, ...MESSAGE_IDS];
  }

  /** They tell an event of an outbox, without a look at its value. */
  get areOfOutbox(): boolean {
    return this.isOutboxAlone || (this.hasOutboxId && this.isDebezium);
  }

  read(headers: readonly RecordHeader[]): void {
    this.reset();
    for (let i = 0; i < headers.length; i++) this.take(headers[i]!);
    this.context = this.contexts.context() ?? this.ownContext;
    if (this.context === undefined) this.producer = this.contexts.service();
  }

  private reset(): void {
    this.context = this.ownContext = undefined;
    this.messageId = this.producer = this.originalTopic = '';
    this.hasOutboxId = this.isOutboxAlone = this.isDebezium = this.haveChange = false;
    this.ownRank = this.outbox.contextHeaders.length;
    this.rank = this.messageIds.length;
    this.contexts.clear();
  }

  private take({ key, value }: RecordHeader): void {
    const { kind, name, rank } = this.lookUp(key);
    if (kind === 'other') return;
    if (kind === 'debezium') this.isDebezium = true;
    else if (kind === 'change') this.haveChange = true;
    else if (kind === 'message_id') this.takeMessageId(name, rank, headerText(value));
    else if (kind === 'original_topic') this.originalTopic = headerText(value) || this.originalTopic;
    else if (kind === 'own_context') this.takeOwnContext(name, rank, headerText(value));
    else if (isContextHeader(name)) this.contexts.set(name, headerBytes(value));
  }

  /** Of two names the one with the better rank, of one name the last. */
  private takeMessageId(name: string, rank: number, text: string): void {
    if (text === '') return;
    if (this.outbox.idHeaders.includes(name)) {
      this.hasOutboxId = true;
      if (name !== USUAL_ID) this.isOutboxAlone = true;
    }
    if (rank > this.rank) return;
    this.rank = rank;
    this.messageId = text;
  }

  private takeOwnContext(name: string, rank: number, text: string): void {
    if (rank > this.ownRank) return;
    const context = readContextText(name, text);
    if (context === undefined) return;
    this.ownRank = rank;
    this.ownContext = context;
  }

  private lookUp(key: string): KnownName {
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const name = key.toLowerCase();
    const kind = this.kindOf(name);
    const ranks = kind === 'own_context' ? this.outbox.contextHeaders : this.messageIds;
    const found = { kind, name, rank: ranks.indexOf(name) };
    if (this.known.size < MAX_KNOWN_NAMES) this.known.set(key, found);
    return found;
  }

  private kindOf(name: string): Kind {
    if (this.messageIds.includes(name)) return 'message_id';
    if (isContextHeader(name)) return 'context';
    if (this.outbox.contextHeaders.includes(name)) return 'own_context';
    if (ORIGINAL_TOPICS.includes(name)) return 'original_topic';
    if (CHANGE.includes(name)) return 'change';
    return name.startsWith(DEBEZIUM_CONTEXT) ? 'debezium' : 'other';
  }
}
