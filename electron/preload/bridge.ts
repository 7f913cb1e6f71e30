import type { WindowOperation } from '../../contract/ipc/channels.ts';
import type { ResultEnvelope } from '../../contract/ipc/envelope.ts';
import type { OperationRequest } from '../../contract/ipc/operations.ts';
import type { PrinterCommand } from '../../contract/ipc/printing.ts';
import type { ReceiptLanguage } from '../../contract/ipc/receipt.ts';
import type { SimulatorCommand } from '../../contract/ipc/simulator.ts';
import type { SupportCommand } from '../../contract/ipc/support.ts';
import type { ReceiptSettings } from '../../contract/settings/receipt-settings.ts';

type Operation<N extends WindowOperation> = (request: OperationRequest<N>) => Promise<ResultEnvelope>;

/**
 * All a window can do outside itself, as `window.klink`: one function per operation, none of which rejects because the
 * till refused. What comes back is unknown until it is parsed with the contract's schema.
 */
export type Bridge = { readonly [N in WindowOperation]: Operation<N> } & {
  /** Turns the till to training, or back to real money. */
  readonly practise: (isTraining: boolean) => Promise<ResultEnvelope>;
  /** Puts data that cannot be gone on with out of the way; the till then wants to be enrolled. Nothing is deleted. */
  readonly startAfresh: () => Promise<ResultEnvelope>;
  readonly simulate: (command: SimulatorCommand) => Promise<ResultEnvelope>;
  /** The simulated reader's tags; the result is null while the reader is another one. */
  readonly simulatorView: () => Promise<ResultEnvelope>;
  /** Receipts outside the screen; `save-receipt` answers where the file is. */
  readonly printer: (command: PrinterCommand) => Promise<ResultEnvelope>;
  readonly printerView: () => Promise<ResultEnvelope>;
  /** What `till.json` says of receipts. */
  readonly receiptSettings: () => Promise<ResultEnvelope>;
  readonly changeReceiptSettings: (settings: ReceiptSettings) => Promise<ResultEnvelope>;
  readonly screenLanguage: (language: ReceiptLanguage) => Promise<ResultEnvelope>;
  /** Returns what ends the listening. */
  readonly onView: (listener: (view: unknown) => void) => () => void;
  /** Looking for a fault; how it stands comes by `onSupportView`. */
  readonly support: (command: SupportCommand) => Promise<ResultEnvelope>;
  readonly supportView: () => Promise<ResultEnvelope>;
  readonly about: () => Promise<ResultEnvelope>;
  readonly onSupportView: (listener: (view: unknown) => void) => () => void;
  readonly onPrinterView: (listener: (view: unknown) => void) => () => void;
  readonly onSimulatorView: (listener: (view: unknown) => void) => () => void;
};
