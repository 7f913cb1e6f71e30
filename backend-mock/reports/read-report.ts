import type { ReportPeriod } from '../../contract/wire/canteen-reports.ts';
import type { Report, ReportName } from '../../contract/wire/reports.ts';
import { invariant } from '../ledger/invariant.ts';
import type { Connection } from '../store/database.ts';
import { creditBalances, creditsRows, uptakeRows, usedOutside } from './credit-reports.ts';
import { feeRows, liabilityRows, settlementRows, sumOfTypes, topUpRows } from './ledger-reports.ts';
import { shiftRows } from './shift-report.ts';

type Head = { editionId: number; currency: string; at: string };

/**
 * One report of an edition. The caller's transaction is REPEATABLE READ, so that every row is of one moment; each report is held
 * against the cached balances, on another path than its own (INV-68).
 */
export async function readReport(
  connection: Connection,
  name: ReportName,
  head: Head,
  period: ReportPeriod = { from: null, to: null },
): Promise<Report> {
  const report = await collect(connection, name, head, period);
  const sumMinor = await sumOfReport(connection, report, head.editionId);
  invariant(
    'INV-68',
    report.totalMinor === sumMinor,
    `the report ${name} adds up to ${report.totalMinor}, the ledger to ${sumMinor}`,
  );
  return report;
}

async function collect(connection: Connection, name: ReportName, head: Head, period: ReportPeriod): Promise<Report> {
  const { editionId } = head;
  switch (name) {
    case 'settlement': {
      const rows = await settlementRows(connection, editionId);
      return { ...head, report: name, rows, totalMinor: total(rows.map(({ netMinor }) => netMinor)) };
    }
    case 'top-ups': {
      const rows = await topUpRows(connection, editionId);
      return { ...head, report: name, rows, totalMinor: total(rows.map(({ netMinor }) => netMinor)) };
    }
    case 'fees': {
      const rows = await feeRows(connection, editionId);
      return { ...head, report: name, rows, totalMinor: total(rows.map(({ amountMinor }) => amountMinor)) };
    }
    case 'liabilities': {
      const rows = await liabilityRows(connection, editionId);
      return { ...head, report: name, rows, totalMinor: total(rows.map(({ amountMinor }) => amountMinor)) };
    }
    case 'shifts': {
      const { rows, withoutShiftMinor } = await shiftRows(connection, editionId);
      const inShifts = total(rows.map(({ bookedCashMinor }) => bookedCashMinor));
      return { ...head, report: name, rows, withoutShiftMinor, totalMinor: inShifts + withoutShiftMinor };
    }
    case 'meal-credit-uptake': {
      const rows = await uptakeRows(connection, editionId, period, new Date(head.at));
      const otherDaysMinor = await usedOutside(connection, editionId, period);
      const usedMinor = total(rows.map((row) => row.usedMinor));
      return {
        ...head,
        ...period,
        report: name,
        rows,
        usedMinor,
        otherDaysMinor,
        totalMinor: usedMinor + otherDaysMinor,
      };
    }
    case 'credits': {
      const found = await creditsRows(connection, editionId, period);
      const rows = found.map(({ laterMinor: _later, ...row }) => row);
      const laterMinor = total(found.map((row) => row.laterMinor));
      const totalMinor = total(rows.map(({ closingMinor }) => closingMinor)) + laterMinor;
      return { ...head, ...period, report: name, rows, laterMinor, totalMinor };
    }
  }
}

/** The balances that the report must add up to. */
async function sumOfReport(connection: Connection, { report }: Report, editionId: number): Promise<number> {
  switch (report) {
    case 'settlement':
      return sumOfTypes(connection, editionId, ['merchant']);
    case 'top-ups':
      return -(await sumOfTypes(connection, editionId, ['top-up'])) + 0;
    case 'fees':
      return sumOfTypes(connection, editionId, ['fee']);
    case 'liabilities':
      return sumOfTypes(connection, editionId, ['customer', 'unclaimed', 'loss']);
    case 'shifts': {
      const found = await connection.query<{ balance_minor: number }>(
        `SELECT balance_minor FROM account WHERE edition_id = $1 AND name = 'top-up:cash'`,
        [editionId],
      );
      return -(found.rows[0]?.balance_minor ?? 0) + 0;
    }
    case 'meal-credit-uptake': {
      const { fundedMinor, availableMinor } = await creditBalances(connection, editionId);
      return fundedMinor - availableMinor;
    }
    case 'credits':
      return (await creditBalances(connection, editionId)).availableMinor;
  }
}

const total = (amounts: readonly number[]) => amounts.reduce((sum, amount) => sum + amount, 0);
