import { setup } from 'xstate';

export type IssueEvent =
  /** A blank tag, or one of another event, is in the field. */
  | { readonly type: 'TAG_READ' }
  | { readonly type: 'WRITTEN' }
  /** The tag left while it was written: it is still blank and is simply issued again (tag.md, "Writing" 4). */
  | { readonly type: 'LOST' }
  | { readonly type: 'TIMEOUT' }
  | { readonly type: 'CANCEL' }
  | { readonly type: 'INTERRUPT' };

export type IssueEffect = 'await-tag' | 'issue-tag';

const issueSetup = setup({
  types: { events: {} as IssueEvent },
  actions: {
    /** Journals the tag event; an issue books nothing. */
    recordIssue: () => undefined,
    run: (_, _params: { readonly effect: IssueEffect }) => undefined,
  },
});

/** The chart of issuing a tag: it books nothing, so that a torn one needs no cleanup. */
export const issueChart = issueSetup.createMachine({
  id: 'issue',
  initial: 'waitingForTag',
  states: {
    waitingForTag: {
      entry: { type: 'run', params: { effect: 'await-tag' } },
      on: { TAG_READ: 'writing', CANCEL: 'cancelled', INTERRUPT: 'cancelled', TIMEOUT: 'expired' },
    },
    writing: {
      entry: { type: 'run', params: { effect: 'issue-tag' } },
      on: { WRITTEN: 'issued', LOST: 'waitingForTag' },
    },
    issued: { type: 'final', entry: 'recordIssue' },
    cancelled: { type: 'final' },
    expired: { type: 'final' },
  },
});
