import type { Logger } from 'pino';
import type { Charge, PaymentProvider, ProviderWord } from './provider.ts';

/** What a call to the provider came to. `no-answer` proves nothing: the money may have been taken. */
export type ProviderAnswer = ProviderWord | 'unheard' | 'no-answer';

/** The provider as the backend calls it: every call ends in time, and none throws. */
export type BoundedProvider = {
  charge(charge: Charge): Promise<ProviderAnswer>;
  look(key: string): Promise<ProviderAnswer>;
  void(key: string): Promise<ProviderAnswer>;
};

/** Bounds the patience with a provider to `timeoutMs` a call, whether or not it heeds the signal. */
export function boundedProvider(
  provider: PaymentProvider,
  timeoutMs: number,
  log: Pick<Logger, 'warn'>,
): BoundedProvider {
  async function bounded(call: (signal: AbortSignal) => Promise<ProviderWord | undefined>): Promise<ProviderAnswer> {
    const signal = AbortSignal.timeout(timeoutMs);
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
  return {
    charge: (charge) => bounded((signal) => provider.charge(charge, signal)),
    look: (key) => bounded((signal) => provider.look(key, signal)),
    void: (key) => bounded((signal) => provider.void(key, signal)),
  };
}
