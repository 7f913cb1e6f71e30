import { z } from 'zod';
import type { ResultEnvelope } from '../../contract/ipc/envelope.ts';
import { isOperationName, type OperationName, type Operations, operations } from '../../contract/ipc/operations.ts';
import { fault } from '../domain/fault.ts';
import type { TillOperations } from '../till/operations.ts';
import type { Till } from '../till.ts';

/** The same schemas, typed so that a name and its request stay together. */
const schemas: {
  readonly [Name in OperationName]: { readonly request: z.ZodType<z.output<Operations[Name]['request']>> };
} = operations;

/** Parses a request with the contract's schema, runs the operation, and puts its result into an envelope. */
export async function answerCall(till: Till, operation: string, request: unknown): Promise<ResultEnvelope> {
  if (!isOperationName(operation)) return refused(`unknown operation "${operation}"`);
  return run(till.operations, operation, request);
}

async function run<Name extends OperationName>(
  handlers: TillOperations,
  name: Name,
  request: unknown,
): Promise<ResultEnvelope> {
  const parsed = schemas[name].request.safeParse(request);
  if (!parsed.success) return refused(z.prettifyError(parsed.error));
  const answer = await handlers[name](parsed.data);
  return answer.ok ? { ok: true, result: answer.value } : { ok: false, fault: answer.fault };
}

function refused(reason: string): ResultEnvelope {
  return { ok: false, fault: fault('USAGE', { reason }) };
}
