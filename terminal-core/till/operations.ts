import type { z } from 'zod';
import type { Fault } from '../../contract/ipc/fault.ts';
import type { OperationAnswer, OperationName, Operations } from '../../contract/ipc/operations.ts';
import type { Result } from '../domain/result.ts';

export type Request<Name extends OperationName> = z.output<Operations[Name]['request']>;
/** What every operation that waits for a tag may say about the wait. */
export type TapRequest = Request<'issue'>;
type Answered<Name extends OperationName> = Promise<Result<OperationAnswer<Name>, Fault>>;
/** One function per operation of the contract, and none besides. */
export type TillOperations = { readonly [Name in OperationName]: (request: Request<Name>) => Answered<Name> };
