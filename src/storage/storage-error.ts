/** Stored data that cannot be used as it is: `message` says what is wrong and where, `hint` what can be done. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly hint: string;

  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.hint = hint;
  }
}

/** For the hint of data that is damaged. */
export function checkHint(path: string): string {
  return `tacit storage check --path ${path} says what is wrong`;
}

/** For the hint of a start that refuses damaged data. */
export function damageHint(path: string): string {
  return `${checkHint(path)}; put a backup in its place (tacit storage import), or start with what is left: --set extensions.storage.on_corruption=skip`;
}
