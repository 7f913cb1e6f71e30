import type { Logger } from 'pino';
import { limits } from '../limits.ts';
import type { ProviderWord } from './provider.ts';

/** What a call to the provider came to. `no-answer` proves nothing: the money may have been taken. */
export type ProviderAnswer = ProviderWord | 'unheard' | 'no-answer';

/** Calls the provider with bounded patience ({@link limits.providerTimeoutMs}), whether or not it heeds the signal. */
export async function askProvider(
  call: (signal: AbortSignal) => Promise<ProviderWord | undefined>,
  log: Pick<Logger, 'warn'>,
): Promise<ProviderAnswer> {
  const signal = AbortSignal.timeout(limits.providerTimeoutMs);
  const outOfPatience = new Promise<'no-answer'>((resolve) => {
    signal.addEventListener('abort', () => resolve('no-answer'), { once: true });
  });
  const answer = call(signal).then(
    (word): ProviderAnswer => word ?? 'unheard',
    (error: unknown): ProviderAnswer => {
      log.warn({ err: error }, 'the payment provider gave no answer; it is asked again');
      return 'no-answer';
    },
  );
  return Promise.race([answer, outOfPatience]);
}
