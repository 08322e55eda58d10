/** How a receiver that fetches its data does, as `/v1/status` tells it. */

export interface ReceiverProblem {
  /** A snake_case name. */
  readonly code: string;
  /** What is wrong, and where it can be mended, how. */
  readonly message: string;
  readonly since: string;
  readonly last: string;
  readonly count: number;
}

export interface TopicStatus {
  readonly topic: string;
  /** Tells it from a topic of the same name before it. */
  readonly incarnation: string;
  readonly encoding: string;
  readonly partitions: number;
  /** Taken since the start. */
  readonly records: number;
  /** Records a second, of the last ten seconds. */
  readonly rate: number;
  readonly bytes: number;
  /** Could not be read. */
  readonly poison: number;
  /** Were gone before they could be read. */
  readonly lost: number;
  /** Written, and not yet taken. */
  readonly lag: number;
}

export interface ReceiverStatus {
  readonly state: 'connecting' | 'running' | 'stopped';
  readonly problems: readonly ReceiverProblem[];
  /** Id of the cluster; empty before it is known. */
  readonly cluster: string;
  readonly group: { readonly id: string; readonly memberId: string; readonly others: readonly string[] };
  readonly topics: readonly TopicStatus[];
  /** Copies of records that could not be read. */
  readonly deadLetters: { readonly sent: number; readonly failed: number; readonly dropped: number };
}
