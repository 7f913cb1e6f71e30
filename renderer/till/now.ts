import { useEffect, useState } from 'react';

/** The present, again every `intervalMs`: for ages and countdowns, which nobody sends. */
export function useNowMs(intervalMs: number): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), intervalMs);
    return () => clearInterval(timer);
  }, [intervalMs]);
  return nowMs;
}

/** Whole seconds until `at`, counting down; never negative. */
export function useSecondsUntil(at: string): number {
  const nowMs = useNowMs(250);
  return Math.max(0, Math.ceil((Date.parse(at) - nowMs) / 1_000));
}
