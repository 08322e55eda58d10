/** What a receiver pushes into, as long as it runs: the consumers behind it can be exchanged between two requests. */
import type { Consumers } from '../contract/component.ts';

export class SwitchedConsumers implements Consumers {
  traces: Consumers['traces'];
  logs: Consumers['logs'];
  records: Consumers['records'];
  positions: Consumers['positions'];
  createView: Consumers['createView'];

  constructor(first: Consumers) {
    this.traces = first.traces;
    this.logs = first.logs;
    this.records = first.records;
    this.positions = first.positions;
    this.createView = first.createView;
  }

  switchTo({ traces, logs, records, positions, createView }: Consumers): void {
    this.traces = traces;
    this.logs = logs;
    this.records = records;
    this.positions = positions;
    this.createView = createView;
  }
}
