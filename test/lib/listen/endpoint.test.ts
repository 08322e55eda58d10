import { expect, test } from 'vitest';
import { formatEndpoint, isLoopback, overlap, parseEndpoint } from '../../../src/lib/listen/endpoint.ts';

test('endpoints are read and written alike', () => {
  for (const text of [
    '127.0.0.1:8484',
    '[::1]:0',
    'localhost:80',
    ':8484',
    '[fe80::1%eth0]:80',
    'tacit.example:4318',
  ]) {
    expect(formatEndpoint(parseEndpoint(text))).toBe(text);
  }
  expect(parseEndpoint('[::1]:8484')).toEqual({ host: '::1', port: 8484 });
});

test('a text that is none says what is right', () => {
  for (const text of ['8484', 'localhost', '::1:80', 'http://a:1', 'a/b:1', '', '[::1]', 'a b:1']) {
    expect(() => parseEndpoint(text), text).toThrow(/is no address; write host:port, such as/);
  }
  expect(() => parseEndpoint('127.0.0.1:99999')).toThrow('99999 is no port; it must be 1 to 65535');
});

test('loopback is what no other machine reaches', () => {
  const loopback = (text: string) => isLoopback(parseEndpoint(text));
  expect(['127.0.0.1:1', '127.8.8.8:1', 'localhost:1', '[::1]:1'].map(loopback)).not.toContain(false);
  expect([':1', '0.0.0.0:1', '[::]:1', '10.0.0.1:1', 'tacit.example:1'].map(loopback)).not.toContain(true);
});

test('two addresses overlap when both cannot be bound', () => {
  const both = (a: string, b: string) => overlap(parseEndpoint(a), parseEndpoint(b));
  expect(both(':80', '127.0.0.1:80')).toBe(true);
  expect(both('localhost:80', '127.0.0.1:80')).toBe(true);
  expect(both('127.0.0.1:80', '127.0.0.2:80')).toBe(false);
  expect(both(':0', ':0')).toBe(false);
});
