/**
 * Schemas that records need → fetched beside the reading. A record whose schema is not there yet is not taken, so its
 * partition waits, and no other does.
 */
import { frameOf, type SchemaReference } from '../../../encodings/avro/frame.ts';
import { type Schemas, SchemaUnavailableError } from '../../../encodings/avro/schemas.ts';
import type { ClientRecord } from '../client.ts';
import type { Problems } from '../problems.ts';

const CODE = 'schema_registry';
/** While a request is under way. */
const PENDING_SECONDS = 0.02;

export class SchemaLoading {
  readonly schemas: Schemas;
  private readonly problems: Problems;
  private failure: SchemaUnavailableError | undefined;

  constructor(schemas: Schemas, problems: Problems) {
    this.schemas = schemas;
    this.problems = problems;
  }

  /** Why the record cannot be decoded now; undefined: it can be, or never will. */
  missingFor(record: Pick<ClientRecord, 'value' | 'headers'>): SchemaUnavailableError | undefined {
    const reference = referenceOf(record);
    if (reference === undefined || this.schemas.has(reference)) return undefined;
    const { failure } = this;
    // It is asked again after the wait that a failure asks for.
    this.failure = undefined;
    if (failure !== undefined) return failure;
    this.load(reference);
    return new SchemaUnavailableError(`schema ${reference.id} is being fetched`, PENDING_SECONDS);
  }

  private load(reference: SchemaReference): void {
    this.schemas.load(reference).then(
      () => this.problems.end(CODE, ''),
      (error: unknown) => {
        this.failure = error instanceof SchemaUnavailableError ? error : undefined;
        this.problems.begin(CODE, '', `records wait for their schemas: ${(error as Error).message}`);
      },
    );
  }
}

function referenceOf({ value, headers }: Pick<ClientRecord, 'value' | 'headers'>): SchemaReference | undefined {
  // The event of an outbox is not looked into.
  if (headers.some(({ key }) => key === 'id')) return undefined;
  try {
    return frameOf({ value, headers })?.schema;
  } catch {
    // It is malformed, as its decoder will say.
    return undefined;
  }
}
