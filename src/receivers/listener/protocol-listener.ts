/** One protocol's server with its options, its bound address, and what can go wrong when it binds. */
import type { Settings } from '../../contract/component.ts';
import type { Guard } from '../../lib/listen/guard.ts';
import { bindError, type ListenerPlace } from './bind-error.ts';
import type { Protocol } from './protocol.ts';

export interface ListenOptions {
  readonly endpoint: string;
}

export interface ProtocolServer {
  /** Resolves with the address as bound; rejects with an error of Node or grpc-js. */
  start(): Promise<string>;
  /** Finishes what is under way within a bound. */
  stop(): Promise<void>;
  /** What makes the options effective on the running server; undefined when only another server can. */
  reconfigure?(options: ListenOptions): (() => void) | undefined;
  /** Reads again the files that its options name. */
  refresh?(): void;
}

interface ListenerParts {
  readonly protocol: Protocol;
  readonly place: ListenerPlace;
  readonly options: ListenOptions;
  readonly server: ProtocolServer;
  readonly guard: Guard;
}

export class ProtocolListener {
  readonly protocol: Protocol;
  readonly guard: Guard;
  options: ListenOptions;
  private readonly settings: Settings;
  private readonly place: ListenerPlace;
  private readonly server: ProtocolServer;
  private address = '';
  private takeBack = () => {};

  constructor(settings: Settings, { protocol, place, options, server, guard }: ListenerParts) {
    this.settings = settings;
    this.place = place;
    this.protocol = protocol;
    this.options = options;
    this.server = server;
    this.guard = guard;
  }

  /** Throws a `StartError`. */
  async start(): Promise<void> {
    try {
      this.address = await this.server.start();
    } catch (error) {
      throw bindError(this.place, this.options.endpoint, error as Error);
    }
  }

  announce(): void {
    const { id, host } = this.settings;
    this.takeBack = host.listening({
      component: id,
      protocol: this.protocol,
      address: this.address,
      ...this.guard.facts,
    });
  }

  stop(): Promise<void> {
    this.takeBack();
    return this.server.stop();
  }

  refresh(): void {
    this.server.refresh?.();
  }

  /** As `ProtocolServer.reconfigure`. Throws a `StartError`. */
  reconfigure(options: ListenOptions): (() => void) | undefined {
    const apply = this.prepare(options);
    return (
      apply &&
      (() => {
        apply();
        this.options = options;
        this.takeBack();
        this.announce();
      })
    );
  }

  private prepare(options: ListenOptions): (() => void) | undefined {
    try {
      return this.server.reconfigure?.(options);
    } catch (error) {
      throw bindError(this.place, options.endpoint, error as Error);
    }
  }
}
