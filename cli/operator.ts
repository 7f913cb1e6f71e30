import type { Command } from 'commander';
import ky, { isHTTPError, isNetworkError, isTimeoutError, type KyInstance } from 'ky';
import { z } from 'zod';
import type { adminSessionRequestSchema } from '../contract/wire/admin.ts';
import { problemSchema } from '../contract/wire/problem.ts';
import { type Answer, answered, faulted } from './answer.ts';
import type { ExitCode } from './exit-code.ts';
import { backendUrlOf } from './flag-values.ts';
import { jsonFlag } from './flags.ts';
import { askUnseen, type PinSources } from './pins.ts';
import type { Report } from './report.ts';
import { failedWith } from './till-work.ts';

export const operatorFlagsSchema = z.object({
  json: z.boolean().default(false),
  backend: z.string().default('http://127.0.0.1:7480'),
  operator: z.string().min(1).max(40).optional(),
});
export type OperatorFlags = z.infer<typeof operatorFlagsSchema>;

/** For every command that an operator gives to a backend. A password is never an argument, where it would show in `ps`. */
export function withOperatorFlags(command: Command): Command {
  return command
    .option('--backend <url>', 'address of the backend (default: http://127.0.0.1:7480)', backendUrlOf)
    .option(
      '--operator <name>',
      'who logs in (default: admin); the password is KLINK_OPERATOR_PASSWORD, or typed unseen',
    )
    .option(...jsonFlag);
}

/** A backend at which an operator is logged in. */
export interface OperatorLink {
  /** Asks `/v1/admin<path>` and gives what the schema reads of the answer; a refusal of the backend is a fault with its reason. */
  call<T>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    schema: z.ZodType<T>,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer<T>>;
  /** The same for what is no JSON, e.g. a report as CSV. */
  text(path: string): Promise<Answer<string>>;
}

type Credentials = z.infer<typeof adminSessionRequestSchema>;

const variable = 'KLINK_OPERATOR_PASSWORD';
const requestTimeoutMs = 60_000;

/** Logs in, does the work, logs out. */
export async function withOperator(
  flags: OperatorFlags,
  report: Report,
  work: (operator: OperatorLink) => Promise<ExitCode>,
): Promise<ExitCode> {
  const password = await readPassword({ env: process.env, input: process.stdin, output: process.stderr });
  if (!password.ok) return failedWith(password.fault, report);
  const client = ky.create({ baseUrl: `${flags.backend}/`, retry: 0, timeout: requestTimeoutMs });
  const credentials: Credentials = {
    password: password.result,
    ...(flags.operator === undefined ? {} : { name: flags.operator }),
  };
  const cookie = await logIn(client, credentials, flags.backend);
  if (!cookie.ok) return failedWith(cookie.fault, report);
  const loggedIn = client.extend({ headers: { Cookie: cookie.result } });
  try {
    return await work({
      call: (method, path, schema, body, headers) =>
        asked(flags.backend, async () => {
          const options = { method, headers: { ...headers }, ...(body === undefined ? {} : { json: body }) };
          const text = await loggedIn(`v1/admin${path}`, options).text();
          return schema.parse(text === '' ? null : JSON.parse(text));
        }),
      text: (path) => asked(flags.backend, () => loggedIn.get(`v1/admin${path}`).text()),
    });
  } finally {
    await asked(flags.backend, () => loggedIn.delete('v1/admin/session').text());
  }
}

async function readPassword(sources: PinSources): Promise<Answer<string>> {
  const given = sources.env[variable];
  delete sources.env[variable];
  if (given !== undefined && given !== '') return answered(given);
  if (sources.input.isTTY !== true) return faulted('USAGE', `put the operator's password in ${variable}`);
  const typed = await askUnseen("Operator's password: ", sources.input, sources.output);
  return typed === null || typed === '' ? faulted('CANCELLED', 'no password was typed') : answered(typed);
}

async function logIn(client: KyInstance, credentials: Credentials, backend: string): Promise<Answer<string>> {
  const answer = await asked(backend, async () => {
    const response = await client.post('v1/admin/session', { json: credentials });
    return response.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  });
  if (answer.ok && answer.result === '')
    return faulted('BACKEND_FAULT', `${backend} let nobody in and did not say why`);
  return answer;
}

async function asked<T>(backend: string, work: () => Promise<T>): Promise<Answer<T>> {
  try {
    return answered(await work());
  } catch (error) {
    if (isHTTPError(error)) return refusedBy(backend, error.response.status, error.data);
    if (error instanceof z.ZodError || error instanceof SyntaxError)
      return faulted('BACKEND_FAULT', `${backend} answers what this program cannot read: is it of another release?`);
    if (isTimeoutError(error)) return faulted('BACKEND_UNREACHABLE', `${backend} did not answer in time`);
    if (isNetworkError(error)) return faulted('BACKEND_UNREACHABLE', `${backend} cannot be reached`);
    throw error;
  }
}

function refusedBy(backend: string, status: number, data: unknown): Answer<never> {
  const problem = problemSchema.safeParse(data);
  if (!problem.success) return faulted('BACKEND_FAULT', `${backend} answered ${status}`);
  const { title, detail } = problem.data;
  return faulted(status >= 500 ? 'BACKEND_FAULT' : 'BACKEND_REFUSED', detail ?? title);
}
