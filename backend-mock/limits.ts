/** Every bound of the backend that the contract does not already name. */
export const limits = {
  /** Largest request body, compressed or not, as the wire carries it and as it unfolds. */
  bodyBytesMax: 1_048_576,
  /** Nesting of a JSON body; deeper input is refused before it is parsed, so that no recursive reader overflows. */
  jsonDepthMax: 64,
  /** A request that has not arrived whole after this time is dropped. */
  requestTimeoutMs: 30_000,
  /** Requests of one token or, without one, of one address: far above what a till or an operator needs. */
  requestRate: { burst: 2_000, perSecond: 400 },
  /** Failed logins and enrolments of one address. */
  failureRate: { burst: 30, perSecond: 0.5 },
  rateCallersMax: 20_000,
  /** How old the counts of the database in the metrics may be. */
  metricsCacheMs: 5_000,
  /** How long one statement may run, and how long it may wait for a row lock. */
  statementTimeoutMs: 30_000,
  lockTimeoutMs: 15_000,
  /** A connection that holds a transaction open and does nothing loses it. */
  idleTransactionTimeoutMs: 30_000,
  connectTimeoutMs: 10_000,
  poolConnectionsMax: 10,
  /** Attempts at one database transaction when PostgreSQL reports a serialization failure or a deadlock. */
  transactionAttemptsMax: 5,
  /** First pause before such an attempt is repeated; it doubles, with jitter. */
  transactionBackoffMs: 10,
  /** How long an online checkout holds its amount (Q12); a late Committed is booked all the same (Q10). */
  reservationLifetimeMs: 10 * 60 * 1000,
  /** Pause between two rounds of the job that marks expired reservations, and how many it takes at once. */
  expiryIntervalMs: 5_000,
  expiryRowsMax: 500,
  /** R75: pause between two rounds of the job that processes sales; and of the one that brings the credits that are due. */
  salesIntervalMs: 5 * 60 * 1000,
  creditsIntervalMs: 60_000,
  /** How many members one database transaction of theirs takes at once, and how many of these run side by side. */
  canteenMembersMax: 1_000,
  canteenLotsAtOnce: 2,
  /** So few members are not worth a second one. */
  canteenMembersMin: 50,
  /** How long one call to the payment provider may take before the backend knows no more than before. */
  providerTimeoutMs: 3_000,
  /** A payment without a result is looked at after the first of these, then ever later up to the second, for a day (Q12). */
  paymentCheckFirstMs: 5_000,
  paymentCheckLongestMs: 15 * 60 * 1000,
  paymentCheckForMs: 24 * 60 * 60 * 1000,
  /** Pause between two rounds of the job that looks at payments, and how many it takes at once. */
  paymentIntervalMs: 1_000,
  paymentRowsMax: 8,
  /** What a till is told to wait before it asks again about a payment. */
  paymentAskAgainMinMs: 500,
  paymentAskAgainMaxMs: 5_000,
  /** Pause between two rounds of the job that looks for low balances, and how many it takes at once. */
  autoTopUpIntervalMs: 5_000,
  autoTopUpRowsMax: 20,
  /** How long a customer's rule rests after it opened a top-up, unless that is booked sooner: a declined card is not tried again at once. */
  autoTopUpPauseMs: 60 * 60 * 1000,
  /** After how long the simulated provider tells again what was not taken. */
  simulatedNoticePauseMs: 30_000,
  /** When the simulated provider approves a payment that it approves late. */
  simulatedLateMs: 8_000,
  /** How long the answer of a batch is kept for a till that asks again, and how many old ones are forgotten at once. */
  batchAnswersLifetimeMs: 7 * 24 * 60 * 60 * 1000,
  batchAnswersPruneIntervalMs: 60 * 60 * 1000,
  batchAnswersPruneRowsMax: 1_000,
  /** How many rows about one number of one tag are looked at; more than a handful means clones, and an alert stands already. */
  snapshotsOfNumberMax: 100,
  enrolmentCodeLifetimeMs: 24 * 60 * 60 * 1000,
  adminSessionLifetimeMs: 12 * 60 * 60 * 1000,
  /** How long an access token of an installation opens its edition, and how long after that it is still known as one that did. */
  installationTokenLifetimeMs: 60 * 60 * 1000,
  installationTokenKeptMs: 24 * 60 * 60 * 1000,
  /** What integrations may keep with one member, purse or transaction, as JSON. */
  tracContentBytesMax: 65_536,
  /**
   * How far evidence on a tag may lift the assignment number. A real gap is the number of enrolments since the backup;
   * a forged or broken snapshot must not use up the four bytes that the number has on a tag.
   */
  assignmentIdRaiseMax: 1_000_000,
  assignmentIdMax: 0xffff_ffff,
  /** Cashiers of an edition, those who left included; a configuration carries no more. */
  cashiersMax: 500,
  /**
   * A Trac installation is brought into step every 10 minutes and a little more or less (R132), reading again what was made in the 15
   * minutes before the newest known (R135), and back to a sale that is not processed yet, for at most a week (Q41).
   */
  connectorIntervalMs: 10 * 60 * 1000,
  connectorJitterMs: 60 * 1000,
  connectorOverlapMs: 15 * 60 * 1000,
  connectorRereadMs: 7 * 24 * 60 * 60 * 1000,
  /** How often the job looks whether a round is due; after a round that failed the next is due after the first of these, then ever later. */
  connectorTickMs: 5_000,
  connectorRetryFirstMs: 30_000,
  connectorRequestTimeoutMs: 30_000,
  /** Longer than one request: a process that is gone is taken over from, one that only waits is not. */
  connectorLeaseMs: 2 * 60 * 1000,
  /** After this a request that got no answer has arrived, or never will. */
  connectorDoubtMs: 2 * 60 * 1000,
  /** What was made longer ago than this has been committed, or never will be. */
  connectorSettledMs: 60 * 60 * 1000,
  connectorTokenReserveMs: 60 * 1000,
  connectorPageRows: 500,
  /** What one round does at most; a backend that is stopped waits for it. */
  connectorPagesMax: 20,
  connectorPushRows: 200,
  connectorKeyBits: 3_072,
  /** A file of a school: what fits a request, and more rows than any school has members. */
  spreadsheetBytesMax: 700_000,
  spreadsheetRowsMax: 20_000,
  spreadsheetLineCharactersMax: 10_000,
  /** Rows of one page of an operator's list. */
  listRowsMax: 500,
  listRowsDefault: 100,
  /** Missing numbers named one by one per assignment in the coherence report. */
  numberGapsListedMax: 1_000,
  /** How long the embedded server may take to start, crash recovery included, and to stop. */
  clusterStartTimeoutMs: 60_000,
  clusterStopTimeoutMs: 30_000,
  clusterProbeIntervalMs: 50,
  /** Pause between attempts to start a server again that died. */
  clusterRetryIntervalMs: 1_000,
  /** How long a folder's hold is waited for: the server may not have seen yet that its last holder was killed. */
  clusterHoldTimeoutMs: 1_000,
  /** Requests under way get this long when the backend stops. */
  drainTimeoutMs: 5_000,
} as const;
