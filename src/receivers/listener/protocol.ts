/** What a listener speaks below its own protocol; also a label value of metrics. */
export const PROTOCOLS = ['grpc', 'http'] as const;
export type Protocol = (typeof PROTOCOLS)[number];
