/** Stored data that cannot be used as it is: `message` says what is wrong and where, `hint` what can be done. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly hint: string;

  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.hint = hint;
  }
}
