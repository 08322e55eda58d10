import { expect, test } from 'vitest';
import type { Listener } from '../../src/contract/component.ts';
import { announce } from '../../src/service/announcement.ts';

const listeners = (tls: Listener['tls'], auth: Listener['auth']): Listener[] => [
  { component: 'http_api', protocol: 'http', address: '0.0.0.0:8484', tls, auth },
  { component: 'otlp', protocol: 'grpc', address: '127.0.0.1:4317', tls, auth },
  { component: 'otlp', protocol: 'http', address: '127.0.0.1:4318', tls, auth },
];
const linesOf = (all: Listener[]) => announce({ version: '1.0.0', listeners: all, apiIds: ['http_api'] }).split('\n');

test('open listeners are told with their addresses and commands that work as they stand', () => {
  const lines = linesOf(listeners('off', 'none'));
  expect(lines).toContain('  http_api   http  http://127.0.0.1:8484');
  expect(lines).toContain('  otlp       grpc  127.0.0.1:4317');
  expect(lines).toContain(
    '  export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318',
  );
  expect(lines).toContain('  curl http://127.0.0.1:8484/v1/graph');
});

test('guarded ones are told with what a client needs', () => {
  const lines = linesOf(listeners('mutual', 'token'));
  expect(lines).toContain('  http_api   http  https://127.0.0.1:8484  (TLS, client certificate, token)');
  expect(lines).toContain('  otlp       grpc  127.0.0.1:4317  (TLS, client certificate, token)');
  expect(lines).toContain(
    '  export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf OTEL_EXPORTER_OTLP_ENDPOINT=https://127.0.0.1:4318',
  );
  expect(lines).toContain("  export OTEL_EXPORTER_OTLP_HEADERS='Authorization=Bearer%20TOKEN'");
  expect(lines).toContain(
    "  curl --cacert CA.pem --cert CLIENT.pem --key CLIENT.key -H 'Authorization: Bearer TOKEN' https://127.0.0.1:8484/v1/graph",
  );
});
