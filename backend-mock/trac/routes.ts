import type { App, Service } from '../http/service.ts';
import { memberRoutes } from './member-routes.ts';
import { purseRoutes } from './purse-routes.ts';
import { accessTokenRoutes } from './token-routes.ts';
import { transactionRoutes } from './transaction-routes.ts';

/** The Trac-compatible API, under `/api/v1` (protocol.md). */
export function tracRoutes(app: App, service: Service): void {
  accessTokenRoutes(app, service);
  memberRoutes(app, service);
  purseRoutes(app, service);
  transactionRoutes(app, service);
}
