/** What a consumer row is joined with, one entry for each message. Reused. */
export class Joins {
  count = 0;
  /** Rows; of senders known from the ledger −1 − entry. */
  readonly partners: number[] = [];
  /** Bits of EVIDENCE_KINDS. */
  readonly evidence: number[] = [];
  /** The topic that the consumer names for the message; 0 none. */
  readonly topics: number[] = [];

  begin(): this {
    this.count = 0;
    return this;
  }

  addSender(entry: number, evidence: number, topic: number): void {
    this.add(-1 - entry, evidence, topic);
  }

  add(partner: number, evidence: number, topic: number): void {
    this.partners[this.count] = partner;
    this.evidence[this.count] = evidence;
    this.topics[this.count++] = topic;
  }
}
