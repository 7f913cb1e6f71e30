import { transactionPayloadSchema } from '../../../contract/wire/transaction.ts';
import { bookedRows, faultsOfBooks } from '../../till/books.ts';
import type { World } from '../world.ts';
import type { AccountModel } from './account-model.ts';
import { CanteenLedger } from './canteen-ledger.ts';

/** Where the till, the accounts behind it and the model do not agree; empty where all is well. */
export async function accountDisagreements(model: AccountModel, real: World): Promise<readonly string[]> {
  real.assertWhole();
  const status = await real.till.till.operations.status({});
  const exposureMinor = status.ok ? status.value.exposureMinor : status.fault.code;
  return [
    ...faultsOfBooks(real.till.database),
    ...real.backend.faults,
    ...differing('rows', wantedRows(model, real), foundRows(real)),
    ...differing('known', model.trueMinor.map((_, tag) => model.known(tag)).map(believed), knownBalances(model, real)),
    ...differing('money', model.trueMinor, moneyOf(model, real)),
    ...differing('exposure', model.exposureMinor(null), exposureMinor),
    ...differing('screen', model.screen, real.till.screen.screen),
    ...differing('ending', model.ending, real.ending),
  ];
}

function wantedRows({ rows }: AccountModel, real: World) {
  return rows.map(({ number, state, type, deltaMinor, tag }) => [number, state, type, deltaMinor, real.uid(tag), null]);
}

function foundRows({ till }: World) {
  return bookedRows(till.database).map(({ number, state, type, deltaMinor, uid, tagNumber }) => [
    ...[number, state, type, deltaMinor, uid, tagNumber],
  ]);
}

/** Q52: what the till believes of each account. */
function knownBalances({ trueMinor }: AccountModel, real: World) {
  return trueMinor.map((_, tag) => believed(real.till.accounts.known(real.uid(tag))));
}

function believed(known: { readonly balanceMinor: number; readonly freeMinor: number } | null) {
  return known && [known.balanceMinor, known.freeMinor];
}

/** No money comes or goes: what the backend has booked, and what of this till has not reached it yet. */
function moneyOf({ trueMinor, rows }: AccountModel, real: World) {
  const { backend } = real;
  const { ledger } = backend;
  if (!(ledger instanceof CanteenLedger)) return ['this backend keeps no accounts'];
  const delivered = new Set(
    backend.entries
      .filter(({ kind }) => kind === 'transaction')
      .map(({ payload }) => transactionPayloadSchema.parse(payload).terminalTransactionNumber),
  );
  return trueMinor.map((_, tag) => {
    const onItsWay = rows.filter((row) => row.tag === tag && row.state === 'Committed' && !delivered.has(row.number));
    return (ledger.booked.get(real.uid(tag)) ?? 0) + onItsWay.reduce((sum, { deltaMinor }) => sum + deltaMinor, 0);
  });
}

function differing(what: string, wanted: unknown, found: unknown): readonly string[] {
  const [wantedText, foundText] = [JSON.stringify(wanted), JSON.stringify(found)];
  return wantedText === foundText ? [] : [`${what}: ${foundText} and not ${wantedText}`];
}
