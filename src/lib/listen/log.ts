/** As much of a logger as a listener needs to say what happens while it runs. */
export interface ListenLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}
