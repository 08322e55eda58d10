/** `tacit analyze`: the graph of recorded files, offline. */
import { type Command, EXIT_WRONG_USE } from './command.ts';

export const analyzeCommand: Command = {
  name: 'analyze',
  summary: 'the graph of recorded files, offline',
  usage: 'tacit analyze FILE...',
  options: {},
  async run(_args, io) {
    io.stderr.write('tacit: analyze is not built yet; send the spans to tacit serve\n');
    return EXIT_WRONG_USE;
  },
};
