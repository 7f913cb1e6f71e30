import { aboutChannel, supportCommandChannel, supportViewChannel } from '../../contract/ipc/channels.ts';
import { supportCommandSchema } from '../../contract/ipc/support.ts';
import type { SupportDesk } from './support-desk.ts';
import { type HandleCall, refused } from './window-calls.ts';

/** What a window may ask while somebody looks for a fault. */
export function answerSupportCalls(support: SupportDesk, handle: HandleCall): void {
  handle(supportCommandChannel, (request) => {
    const parsed = supportCommandSchema.safeParse(request);
    return parsed.success ? support.command(parsed.data) : refused(`support: ${parsed.error.message}`);
  });
  handle(supportViewChannel, () => ({ ok: true, result: support.view }));
  handle(aboutChannel, () => ({ ok: true, result: support.about }));
}
