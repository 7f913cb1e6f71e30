/** Every bound of one attempt to print. Between them they end any attempt within half a minute. */
export const printingLimits = {
  connectMs: 3_000,
  /** How long a printer may take to say how it is; one that says nothing then never does. */
  statusMs: 700,
  /** No byte was taken for so long: it is out of paper, switched off, or no printer at all. */
  stalledMs: 5_000,
  /** How long the paper may take after the last byte, where the printer says when it is done. */
  finishedMs: 15_000,
  /** Between two looks at a device that takes no more bytes just now. */
  deviceRetryMs: 20,
} as const;

export type PrintingLimits = { readonly [Name in keyof typeof printingLimits]: number };
