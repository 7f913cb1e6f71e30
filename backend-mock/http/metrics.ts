import { performance } from 'node:perf_hooks';
import { isSendable } from '../connector/sendable.ts';
import { limits } from '../limits.ts';
import type { Database } from '../store/database.ts';
import type { App } from './service.ts';

type Labels = Readonly<Record<string, string>>;

/** Upper bounds of the buckets, in seconds. */
const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

type Series = { labels: Labels; count: number; sumSeconds: number; buckets: number[] };

/** What this process has answered since it started; every route of the server is one series by status. */
class RequestCounts {
  readonly #series = new Map<string, Series>();

  add(labels: Labels, seconds: number): void {
    const key = JSON.stringify(labels);
    const series = this.#series.get(key) ?? { labels, count: 0, sumSeconds: 0, buckets: durationBuckets.map(() => 0) };
    this.#series.set(key, series);
    series.count += 1;
    series.sumSeconds += seconds;
    for (const [index, bound] of durationBuckets.entries())
      if (seconds <= bound) series.buckets[index] = (series.buckets[index] ?? 0) + 1;
  }

  lines(): string[] {
    const name = 'klink_http_request_duration_seconds';
    const lines = head(name, 'histogram', 'How long requests took, by route and status.');
    for (const { labels, count, sumSeconds, buckets } of this.#series.values()) {
      for (const [index, bound] of durationBuckets.entries())
        lines.push(sample(`${name}_bucket`, { ...labels, le: String(bound) }, buckets[index] ?? 0));
      lines.push(sample(`${name}_bucket`, { ...labels, le: '+Inf' }, count));
      lines.push(sample(`${name}_sum`, labels, sumSeconds));
      lines.push(sample(`${name}_count`, labels, count));
    }
    return lines;
  }
}

function head(name: string, type: 'gauge' | 'histogram', help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

/** One line of the text format; a label's value is escaped as it asks for. */
export function sample(name: string, labels: Labels, value: number): string {
  const written = Object.entries(labels).map(
    ([label, text]) => `${label}="${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  );
  return `${name}${written.length === 0 ? '' : `{${written.join(',')}}`} ${value}`;
}

/** SQL: of the connection `c`. */
const waitingToBeSent = `FROM purse_transaction t WHERE t.edition_id = c.edition_id AND ${isSendable}`;

type Gauge = { name: string; help: string; label: string; text: string };

/** What an operator is to look at, and what waits, counted by the database. */
const gauges: readonly Gauge[] = [
  {
    name: 'klink_open_transactions',
    help: 'Transactions without an end, by state.',
    label: 'state',
    text: `SELECT edition_id, state AS label, count(*) AS value FROM transactions
            WHERE state NOT IN ('Committed', 'Aborted', 'ReserveExpired') GROUP BY 1, 2`,
  },
  {
    name: 'klink_unresolved_rejections',
    help: 'Rows of the transition log that nobody has resolved, by code.',
    label: 'code',
    text: 'SELECT edition_id, code AS label, count(*) AS value FROM transition_log WHERE resolved_at IS NULL GROUP BY 1, 2',
  },
  {
    name: 'klink_alerts',
    help: 'Alerts raised, by code; TAG_NUMBER_DUPLICATE is what R23 monitors.',
    label: 'code',
    text: 'SELECT edition_id, code AS label, sum(times) AS value FROM alert GROUP BY 1, 2',
  },
  {
    name: 'klink_uncollected_adjustments',
    help: 'Adjustments that have not reached their tags.',
    label: 'kind',
    text: `SELECT edition_id, CASE WHEN adjustment_number IS NULL THEN 'flag' ELSE 'amount' END AS label, count(*) AS value
             FROM tag_adjustment WHERE collected_at IS NULL AND superseded_at IS NULL GROUP BY 1, 2`,
  },
  {
    name: 'klink_account_balance_minor',
    help: 'Sum of the accounts of a type, in minor units.',
    label: 'type',
    text: 'SELECT edition_id, type AS label, sum(balance_minor) AS value FROM account GROUP BY 1, 2',
  },
  {
    name: 'klink_trac_known_until_seconds',
    help: 'Until when each side of a Trac connection knows the other one, in seconds since 1970; absent before the first reading.',
    label: 'direction',
    text: `SELECT edition_id, 'pull' AS label, extract(epoch FROM pulled_until)::bigint AS value FROM trac_connection
            WHERE direction <> 'push' AND pulled_until IS NOT NULL
           UNION ALL
           SELECT c.edition_id, 'push', extract(epoch FROM coalesce((SELECT min(t.created_at) ${waitingToBeSent}), c.last_round_at))::bigint
             FROM trac_connection c WHERE c.direction <> 'pull' AND c.last_round_at IS NOT NULL`,
  },
  {
    name: 'klink_trac_waiting',
    help: 'Transactions that are not in step with a Trac installation, by what they wait for.',
    label: 'what',
    text: `SELECT edition_id, 'pending' AS label, (SELECT count(*) ${waitingToBeSent}) AS value FROM trac_connection c WHERE direction <> 'pull'
           UNION ALL
           SELECT c.edition_id, 'doubtful', count(s.*) FROM trac_connection c LEFT JOIN trac_sent s ON s.edition_id = c.edition_id AND s.state = 'sending' GROUP BY 1
           UNION ALL
           SELECT c.edition_id, 'not-sent', count(s.*) FROM trac_connection c LEFT JOIN trac_sent s ON s.edition_id = c.edition_id AND s.state = 'refused' GROUP BY 1
           UNION ALL
           SELECT c.edition_id, 'not-received', count(r.*) FROM trac_connection c LEFT JOIN trac_received r ON r.edition_id = c.edition_id AND r.outcome = 'refused' GROUP BY 1
           UNION ALL
           SELECT c.edition_id, 'unprocessed', count(r.*) FROM trac_connection c LEFT JOIN trac_received r ON r.edition_id = c.edition_id AND NOT r.processed GROUP BY 1`,
  },
];

/**
 * `GET /metrics` in the Prometheus text format: requests of this process, and counts of the database at most
 * {@link limits.metricsCacheMs} old, so that nobody loads the database by asking often. It names no customer.
 */
export function metricsRoute(app: App, { database }: { database: Database }): void {
  const requests = new RequestCounts();
  let counted: { at: number; lines: Promise<string[]> } | undefined;
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    requests.add({ method: request.method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
  });
  app.get('/metrics', { logLevel: 'warn', schema: { hide: true } }, async (_request, reply) => {
    const at = performance.now();
    if (counted === undefined || at - counted.at > limits.metricsCacheMs) {
      counted = { at, lines: readGauges(database) };
    }
    const lines = [...requests.lines(), ...(await counted.lines)];
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(`${lines.join('\n')}\n`);
  });
}

async function readGauges({ pool }: Database): Promise<string[]> {
  const lines: string[] = [];
  for (const { name, help, label, text } of gauges) {
    lines.push(...head(name, 'gauge', help));
    const found = await pool.query<{ edition_id: number; label: string; value: number }>(text);
    for (const row of found.rows)
      lines.push(sample(name, { edition: String(row.edition_id), [label]: row.label }, row.value));
  }
  return lines;
}
