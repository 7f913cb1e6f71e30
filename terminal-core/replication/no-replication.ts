import type { Fault } from '../../contract/ipc/fault.ts';
import type { Clock } from '../checkout/ports.ts';
import type { DrainResult, ReplicationPort, ReplicationStatus } from '../checkout/replication-ports.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';

/** In the place of the replicator where nothing may ever leave the till: training. It knows no backend at all. */
export class NoReplication implements ReplicationPort {
  readonly status: ReplicationStatus;

  constructor(clock: Clock) {
    const since = new Date(clock.nowMs()).toISOString();
    this.status = { state: 'offline', since, fault: null, seal: 'unknown' };
  }

  start(): void {}

  stop(): void {}

  wake(): void {}

  onChange(): () => void {
    return () => undefined;
  }

  onNews(): () => void {
    return () => undefined;
  }

  askOutcomes(): Promise<Result<void, Fault>> {
    return Promise.resolve(failed(fault('TRAINING')));
  }

  drain(): Promise<DrainResult> {
    return Promise.resolve({ sentCount: 0, rejectedCount: 0, fault: fault('TRAINING') });
  }

  refreshConfiguration(): Promise<Result<void, never>> {
    return Promise.resolve(ok(undefined));
  }
}
