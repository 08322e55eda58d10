/** What kafkajs throws → a `KafkaError` whose message a user can act on. */
import errors from 'kafkajs/src/protocol/error.js';
import { KafkaError, type KafkaErrorKind } from '../client.ts';

interface Thrown {
  readonly name?: string;
  readonly message?: string;
  readonly type?: string;
  readonly code?: string;
  readonly cause?: unknown;
}

/** Name of the protocol's error; empty for none. */
export function nameOfCode(code: number): string {
  return code === 0 ? '' : errors.createErrorFromCode(code).type;
}

export function toKafkaError(thrown: unknown): KafkaError {
  if (thrown instanceof KafkaError) return thrown;
  const error = (thrown ?? {}) as Thrown;
  const text = (error.message ?? String(thrown)).replace(/^Connection error: /, '');
  if (error.name === 'KafkaJSNumberOfRetriesExceeded' && error.cause !== undefined) return toKafkaError(error.cause);
  if (error.name === 'KafkaJSSASLAuthenticationError') {
    return new KafkaError('authentication', '', `${text}; check sasl.mechanism, sasl.username and sasl.password`);
  }
  const code = error.type ?? '';
  return new KafkaError(kindOf(error, code, text), code, `${text}${adviceFor(text)}`);
}

function kindOf({ name = '' }: Thrown, code: string, text: string): KafkaErrorKind {
  if (code.endsWith('_AUTHORIZATION_FAILED')) return 'authorization';
  if (code === 'SASL_AUTHENTICATION_FAILED' || code === 'UNSUPPORTED_SASL_MECHANISM') return 'authentication';
  if (code === 'ILLEGAL_SASL_STATE') return 'authentication';
  if (/Connection|RequestTimeout|LockTimeout|BrokerNotFound/.test(name) || /^Closed connection/.test(text)) {
    return 'connection';
  }
  return 'protocol';
}

/** What a user would try next. */
function adviceFor(text: string): string {
  if (/self.signed|unable to (get|verify)|certificate/i.test(text)) return '; check tls.ca_file';
  if (/wrong version number|packet length too long|before secure TLS connection/.test(text)) {
    return '; the listener of the broker does not speak TLS: leave out tls, or use another port';
  }
  if (/Failed to find group coordinator|authorized to access group/.test(text)) {
    return '; where the cluster has ACLs, allow READ and DESCRIBE on the group';
  }
  if (/Closed connection|closed by the server/.test(text)) {
    return '; the listener of the broker may want tls or sasl, or another mechanism of it';
  }
  return '';
}
