/**
 * Counts connections that did not become TLS, by reason, and says so at most once a minute: anybody who reaches the
 * port can cause them, so neither log nor memory may grow with them.
 */
import type { Server, TLSSocket } from 'node:tls';

type HandshakeFailure =
  | 'plain_text'
  | 'no_client_certificate'
  | 'bad_client_certificate'
  | 'refused_by_client'
  | 'no_common_version'
  | 'no_common_cipher'
  | 'timed_out'
  | 'closed'
  | 'other';

const QUIET_MS = 60_000;

/** OpenSSL's names, as node:tls puts them into `code`. */
const REASON_BY_CODE: Readonly<Record<string, HandshakeFailure>> = {
  ERR_SSL_HTTP_REQUEST: 'plain_text',
  ERR_SSL_WRONG_VERSION_NUMBER: 'plain_text',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'plain_text',
  ERR_SSL_BAD_RECORD_TYPE: 'plain_text',
  ERR_SSL_RECORD_LAYER_FAILURE: 'plain_text',
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: 'no_client_certificate',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'no_common_version',
  ERR_SSL_VERSION_TOO_LOW: 'no_common_version',
  ERR_SSL_NO_SHARED_CIPHER: 'no_common_cipher',
  ERR_TLS_HANDSHAKE_TIMEOUT: 'timed_out',
  ECONNRESET: 'closed',
  EPIPE: 'closed',
};

export class HandshakeFailures {
  readonly counts = new Map<HandshakeFailure, number>();
  private readonly now: () => number;
  private readonly say: (text: string) => void;
  private unsaid = new Map<HandshakeFailure, number>();
  private quietUntilMs = -Infinity;

  constructor(now: () => number, say: (text: string) => void) {
    this.now = now;
    this.say = say;
  }

  /** To be called once per server. Closes the sockets: node:tls leaves open those whose handshake takes too long. */
  watch(server: Server): void {
    server.on('tlsClientError', (error, socket) => {
      this.count(reasonOf(error, socket));
      socket.destroy();
    });
  }

  private count(reason: HandshakeFailure): void {
    this.counts.set(reason, (this.counts.get(reason) ?? 0) + 1);
    // Whoever looks whether the port is open leaves like this, again and again.
    if (reason === 'closed') return;
    this.unsaid.set(reason, (this.unsaid.get(reason) ?? 0) + 1);
    const now = this.now();
    if (now < this.quietUntilMs) return;
    this.quietUntilMs = now + QUIET_MS;
    const list = [...this.unsaid].map(([name, count]) => `${count} ${name}`).join(', ');
    this.unsaid = new Map();
    this.say(`connections that did not become TLS: ${list}`);
  }
}

function reasonOf(error: Error, { authorizationError }: TLSSocket): HandshakeFailure {
  // A certificate that does not verify is cut off by node, which then reports a mere reset.
  if (authorizationError) return 'bad_client_certificate';
  const code = 'code' in error ? String(error.code) : '';
  // An alert is the client's: it does not trust this server, or cannot use it.
  return REASON_BY_CODE[code] ?? (code.includes('ALERT') ? 'refused_by_client' : 'other');
}
