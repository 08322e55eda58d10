/** The names a configuration gives to cipher suites (IANA's, as in the Collector) → OpenSSL's list. */

/** TLS 1.3 has these three; OpenSSL calls them the same. */
const OF_TLS_1_3 = ['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'] as const;

/** With forward secrecy only; the two ciphers that are not AEAD are there for old clients. */
const OF_TLS_1_2 = {
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: 'ECDHE-ECDSA-AES128-GCM-SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-ECDSA-CHACHA20-POLY1305',
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: 'ECDHE-ECDSA-AES128-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: 'ECDHE-ECDSA-AES256-SHA',
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: 'ECDHE-RSA-AES128-GCM-SHA256',
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: 'ECDHE-RSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-RSA-CHACHA20-POLY1305',
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: 'ECDHE-RSA-AES128-SHA',
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: 'ECDHE-RSA-AES256-SHA',
} as const;

export type CipherSuite = (typeof OF_TLS_1_3)[number] | keyof typeof OF_TLS_1_2;

export const CIPHER_SUITES = [...OF_TLS_1_3, ...(Object.keys(OF_TLS_1_2) as (keyof typeof OF_TLS_1_2)[])] as const;

/**
 * For the option `ciphers` of node:tls, which reads a list without a suite of TLS 1.3 as "no TLS 1.3": such a list is
 * given all three. The other way round, suites of TLS 1.3 alone leave no TLS 1.2.
 */
export function toOpenSslCiphers(suites: readonly CipherSuite[]): string {
  const newer: readonly string[] = OF_TLS_1_3;
  const given = suites.map(suite => (suite in OF_TLS_1_2 ? OF_TLS_1_2[suite as keyof typeof OF_TLS_1_2] : suite));
  return [...(given.some(name => newer.includes(name)) ? [] : newer), ...given].join(':');
}
