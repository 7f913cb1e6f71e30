import { problemSchema } from '../../contract/wire/problem.ts';
import type { FuzzCase } from './fuzz-case.ts';
import type { RawAnswer, RawOutcome } from './raw-http.ts';

/** Longer than anything by itself may take: the provider's patience is 3 s. */
export const patienceMs = 20_000;

/** What nobody outside may see: places in the program, and the database's own words. */
const inside =
  /\n\s+at |node_modules|backend-mock\/|\.ts:\d+|node:internal|duplicate key|violates|relation "|column "|syntax error at or near|invalid input syntax|SQLSTATE|Failed query|PostgreSQL|DatabaseError|INV-\d/;

/** What is wrong with how a request was answered; empty where nothing is. */
export function judge(fuzzCase: FuzzCase, { answer, ending, elapsedMs }: RawOutcome): string[] {
  if (answer === undefined)
    return fuzzCase.mayGoUnanswered && ending === 'closed'
      ? []
      : [`no answer (${ending} after ${Math.round(elapsedMs)} ms)`];
  const complaints = answer.status >= 400 ? judgeRefusal(answer, fuzzCase) : judgeConsent(answer, fuzzCase);
  if (elapsedMs > patienceMs / 2) complaints.push(`took ${Math.round(elapsedMs)} ms`);
  return complaints;
}

function judgeRefusal(answer: RawAnswer, { isHead }: FuzzCase): string[] {
  const complaints: string[] = [];
  const { status, headers, body } = answer;
  const text = body.toString('utf8');
  if (status >= 500) complaints.push(`answered ${status}`);
  if (!(headers.get('content-type') ?? '').startsWith('application/problem+json'))
    complaints.push(`${status} as ${headers.get('content-type') ?? 'nothing'}: ${text.slice(0, 120)}`);
  else if (!isHead) {
    const problem = problemSchema.safeParse(jsonOf(text));
    if (!problem.success) complaints.push(`no problem: ${text.slice(0, 200)}`);
    else if (problem.data.status !== status) complaints.push(`${status} says ${problem.data.status}`);
  }
  const shown = inside.exec(text);
  if (shown !== null)
    complaints.push(`shows its inside: ${text.slice(Math.max(0, shown.index - 60), shown.index + 120)}`);
  return complaints;
}

function judgeConsent({ status, headers }: RawAnswer, { mustRefuse }: FuzzCase): string[] {
  const complaints: string[] = [];
  if (mustRefuse !== undefined && status < 300) complaints.push(`accepted with ${status}, although ${mustRefuse}`);
  if ((headers.get('set-cookie') ?? '').includes('forged')) complaints.push('sets a cookie that the client wrote');
  return complaints;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
