/**
 * The parts of kafkajs below its published interface that are used here, as far as they are used. Version 2.2.4 is the
 * last one and pinned: its fetch loop reads ahead of nobody, forgets the order of headers, and cannot be told where a
 * partition goes on while it runs, so the requests are made here, and kafkajs keeps the connections.
 */
declare module 'kafkajs/src/cluster/index.js' {
  import type { Broker } from 'kafkajs/src/broker/index.js';

  interface ClusterOptions {
    readonly logger: object;
    readonly retry: object;
    readonly socketFactory: unknown;
    readonly brokers: readonly string[];
    readonly ssl: object | undefined;
    readonly sasl: object | undefined;
    readonly clientId: string;
    readonly connectionTimeout: number;
    readonly authenticationTimeout: number;
    readonly reauthenticationThreshold: number;
    readonly requestTimeout: number;
    readonly enforceRequestTimeout: boolean;
    readonly metadataMaxAge: number;
    readonly allowAutoTopicCreation: boolean;
    readonly isolationLevel: number;
  }

  export default class Cluster {
    constructor(options: ClusterOptions);
    readonly brokerPool: {
      findConnectedBroker(): Promise<Broker>;
      refreshMetadata(topics: readonly string[]): Promise<void>;
      getNodeIds(): readonly string[];
    };
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    findBroker(where: { readonly nodeId: number | string }): Promise<Broker>;
    findGroupCoordinator(group: { readonly groupId: string }): Promise<Broker>;
  }
}

declare module 'kafkajs/src/broker/index.js' {
  import type { Request, RequestFactory } from 'kafkajs/src/protocol/requests/index.js';

  interface TopicPartitions<P> {
    readonly topic: string;
    readonly partitions: readonly P[];
  }

  export class Broker {
    readonly versions: Readonly<Record<number, { readonly maxVersion: number }>>;
    readonly connectionPool: { send(request: Request): Promise<unknown> };
    lookupRequest(apiKey: number, definitions: object): RequestFactory;
    listOffsets(request: {
      readonly replicaId: number;
      readonly isolationLevel: number;
      readonly topics: readonly TopicPartitions<{ readonly partition: number; readonly timestamp: string }>[];
    }): Promise<{
      readonly responses: readonly TopicPartitions<{ readonly partition: number; readonly offset: string }>[];
    }>;
    joinGroup(request: object): Promise<{
      readonly generationId: number;
      readonly leaderId: string;
      readonly memberId: string;
      readonly members: readonly { readonly memberId: string }[];
    }>;
    syncGroup(request: object): Promise<unknown>;
    heartbeat(request: object): Promise<unknown>;
    leaveGroup(request: object): Promise<unknown>;
    offsetCommit(request: object): Promise<unknown>;
    offsetFetch(request: object): Promise<{
      readonly responses: readonly TopicPartitions<{ readonly partition: number; readonly offset: string }>[];
    }>;
    describeGroups(request: { readonly groupIds: readonly string[] }): Promise<{
      readonly groups: readonly {
        readonly members: readonly {
          readonly memberId: string;
          readonly clientId: string;
          readonly clientHost: string;
        }[];
      }[];
    }>;
  }
}

declare module 'kafkajs/src/protocol/requests/index.js' {
  export interface Request {
    readonly request: {
      readonly apiKey: number;
      readonly apiVersion: number;
      readonly apiName: string;
      encode(): Promise<object>;
    };
    readonly response: {
      decode(payload: Buffer): Promise<object>;
      parse(decoded: object): Promise<unknown>;
    };
    readonly requestTimeout?: number;
    readonly logResponseError?: boolean;
  }
  export type RequestFactory = (options: object) => Request;

  const requests: { readonly requests: { readonly Fetch: object } };
  export default requests;
}

declare module 'kafkajs/src/protocol/encoder.js' {
  export default class Encoder {
    writeBufferInternal(bytes: Buffer): void;
  }
}

declare module 'kafkajs/src/protocol/error.js' {
  const errors: { createErrorFromCode(code: number): { readonly type: string; readonly message: string } };
  export default errors;
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  export default class RequestQueue {
    readonly pending: readonly unknown[];
    scheduleCheckPendingRequests(): void;
  }
}

declare module 'kafkajs/src/network/connection.js' {
  export default class Connection {
    readonly bytesBuffered: number;
    chunks: readonly Buffer[];
    processData(bytes: Buffer): void;
  }
}

declare module 'kafkajs/src/loggers/index.js' {
  interface Entry {
    readonly namespace: string;
    readonly level: number;
    readonly log: Readonly<Record<string, unknown>> & { readonly message: string };
  }
  const loggers: {
    createLogger(options: { readonly level: number; logCreator(): (entry: Entry) => void }): object;
  };
  export default loggers;
}
