import { parseArgs } from 'node:util';
import { describe, expect, it } from 'vitest';
import { LOAD_ARGUMENTS, type LoadOptions, readLoadOptions, toArguments } from '../../benchmarks/pipeline/options.ts';

const read = (...args: string[]): LoadOptions => readLoadOptions(parseArgs({ args, options: LOAD_ARGUMENTS }).values);

describe('load options', () => {
  it('have defaults', () => {
    expect(read()).toMatchObject({ proto: 'http', encoding: 'protobuf', rate: 0, connections: 4, durationMs: 15_000 });
  });

  it('come back the same from the arguments they are turned into', () => {
    const options = read('--encoding=json', '--gzip', '--rate=50000', '--duration=1.5s', '--late=0.01', '--seed=9');
    expect(options).toMatchObject({
      encoding: 'json',
      gzip: true,
      rate: 50_000,
      durationMs: 1_500,
      late: 0.01,
      seed: 9,
    });
    expect(read(...toArguments(options))).toEqual(options);
  });

  it.each([
    ['--proto=udp', 'http or grpc'],
    ['--rate=fast', 'a number from 0'],
    ['--duration=soon', 'a duration like 15s'],
    ['--connections=1.5', 'a whole number'],
    ['--shuffle=2', 'from 0 to 1'],
  ])('%s: says what would be right', (argument, message) => {
    expect(() => read(argument)).toThrow(message);
  });

  it('refuses JSON over gRPC', () => {
    expect(() => read('--proto=grpc', '--encoding=json')).toThrow('--proto http');
  });
});
