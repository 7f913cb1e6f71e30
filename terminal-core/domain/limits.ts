/** Every bound of the till, in one place. Amount limits of an event come from its edition (`domain/admission.ts`). */
export const limits = {
  /** Lines a cart may have; also keeps a transaction well inside one journal entry. */
  cartLinesMax: 100,
  quantityMax: 999,
  /** Items of a transaction, as the wire bounds them. */
  itemsMax: 200,
  /** How often a torn write is tried again on the same tag before the till gives the tag up as unwritable. */
  writeAttemptsMax: 5,
  /** Longest the till may take to end (requirements.md 3.2, "before exit"). */
  stopMs: 5_000,
  /** Longest the reader host may leave a question open; its own watchdog answers well before. */
  readerAnswerMs: 5_000,
  /** How long a reset tag may take to show itself again. */
  fieldResetMs: 2_000,
  /** A till that nobody touches looks at least this often whether another session is on. */
  sessionLookMs: 900_000,
  /** How long a supervisor's confirmation waits for the action it is for. */
  approvalMs: 60_000,
  /** The answer to the first wrong PIN is held back so long, to every further one twice as long as to the one before. */
  pinDelayMs: 1_000,
  pinDelayMaxMs: 30_000,
  /** After that long a wrong PIN is forgotten. */
  pinForgottenMs: 600_000,
  payment: {
    /** One question about a card payment. */
    requestTimeoutMs: 10_000,
    /** How long a customer waits for the card before the cashier goes on, with the payment left open. */
    patienceMs: 120_000,
    /** The same for giving the money back, which nobody can hurry: the backend goes on with it. */
    voidPatienceMs: 30_000,
    /** Between two questions: never less, and never more while somebody waits. */
    askFloorMs: 500,
    askCapMs: 15_000,
    /** Between two questions about a payment nobody stands and waits for any more (Q12). */
    idleAskFloorMs: 5_000,
    idleAskCapMs: 900_000,
  },
  replication: {
    requestTimeoutMs: 15_000,
    /** A customer holds the tag while the backend is asked to hold the amount. */
    reservationTimeoutMs: 1_500,
    backoffFloorMs: 500,
    backoffCapMs: 60_000,
    /** How often an idle till asks the backend for its seal and configuration. */
    refreshMs: 60_000,
    /** A clock that differs by so much from the backend's is shown as wrong; nothing is decided by it. */
    clockDifferenceShownMs: 300_000,
  },
} as const;
