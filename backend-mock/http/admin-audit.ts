import { z } from 'zod';
import { auditAnswerSchema } from '../../contract/wire/audit.ts';
import { operatorNameSchema } from '../../contract/wire/operators.ts';
import { limits } from '../limits.ts';
import { sessionAuth } from './admin-books.ts';
import { requireOperator } from './operator-session.ts';
import { type App, problemAnswers, type Service } from './service.ts';

const whole = z.coerce.number().pipe(z.int().min(1));

/** `GET /v1/admin/audit`: who did what and when, of every edition; for those who decide who may do what. */
export function auditRoute(app: App, service: Service): void {
  app.get(
    '/v1/admin/audit',
    {
      schema: {
        tags: ['operator'],
        summary: 'Every deed of an operator, newest first',
        security: sessionAuth,
        querystring: z.object({
          actor: operatorNameSchema.optional(),
          before: whole.optional(),
          limit: z.coerce.number().pipe(z.int().min(1).max(limits.listRowsMax)).default(limits.listRowsDefault),
        }),
        response: { 200: auditAnswerSchema, ...problemAnswers(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      await requireOperator(service, request, 'configuration');
      const { actor, before, limit } = request.query;
      const found = await service.database.pool.query<{ auditId: number; at: Date; actor: string; action: string }>(
        `SELECT audit_id AS "auditId", at, actor, action, detail FROM audit
          WHERE ($1::text IS NULL OR actor = $1) AND ($2::bigint IS NULL OR audit_id < $2)
          ORDER BY audit_id DESC LIMIT $3`,
        [actor ?? null, before ?? null, limit],
      );
      const rows = found.rows.map((row) => ({ ...row, at: row.at.toISOString() }));
      return reply.header('Cache-Control', 'no-store').send(auditAnswerSchema.parse({ rows }));
    },
  );
}
