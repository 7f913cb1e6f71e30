import { batchRequestSchema } from '../../contract/wire/batch.ts';
import { enrolmentRequestSchema } from '../../contract/wire/enrolment.ts';
import { chainStart } from '../../terminal-core/store/chain.ts';
import { assignment, configuration, edition, secrets } from '../till/festival.ts';
import { FestivalBackend } from '../till/festival-backend.ts';
import type { ReceivedRequest, Reply } from '../till/scripted-backend.ts';

/**
 * The festival's backend with enrolment and configuration, which tells of every entry before anybody answers.
 * @param onHeard an entry has reached it: from then on the till may never be without it
 */
export async function startSessionBackend(onHeard: (seq: number, hash: string) => void): Promise<FestivalBackend> {
  const backend = await FestivalBackend.start();
  backend.interrupt = ({ resource, body }: ReceivedRequest): Reply | null => {
    if (resource === 'enrolments') {
      const { journalId } = enrolmentRequestSchema.parse(JSON.parse(body));
      backend.begin({ seq: 0, hash: chainStart(journalId) });
      const { assignmentId } = assignment;
      return { status: 200, json: { terminalId: 'bar-1', assignmentId, token: secrets.token, edition } };
    }
    if (resource === 'config') return { status: 200, json: configuration, headers: { etag: '"1"' } };
    if (resource.startsWith('batches/'))
      for (const { seq, hash } of batchRequestSchema.parse(JSON.parse(body)).entries) onHeard(seq, hash);
    return null;
  };
  return backend;
}
