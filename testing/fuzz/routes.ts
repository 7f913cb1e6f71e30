import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { openApiText } from '../../backend-mock/http/openapi.ts';

const parameterSchema = z.object({
  name: z.string(),
  in: z.enum(['path', 'query', 'header', 'cookie']),
  required: z.boolean().default(false),
  schema: z.record(z.string(), z.json()).default({}),
});
export type Parameter = z.infer<typeof parameterSchema>;

const operationSchema = z.object({
  parameters: z.array(parameterSchema).default([]),
  requestBody: z
    .object({ content: z.record(z.string(), z.object({ schema: z.record(z.string(), z.json()) })) })
    .optional(),
  security: z.array(z.record(z.string(), z.json())).default([]),
});

const documentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.object({ schemas: z.record(z.string(), z.record(z.string(), z.json())) }),
});

export type JsonSchema = { [keyword: string]: z.core.util.JSONType };

/** A route as the server has it, and what its document says of it. */
export type FuzzRoute = {
  method: string;
  /** As in the document, e.g. `/v1/assignments/{id}/seal`. */
  path: string;
  parameters: readonly Parameter[];
  body: JsonSchema | undefined;
  /** Whose credentials it asks for: `others` are those that the fuzz has none of; `anybody` also where the document does not speak of it. */
  opensTo: 'till' | 'operator' | 'integration' | 'app' | 'others' | 'anybody';
};

export type RouteBook = { routes: readonly FuzzRoute[]; schemas: ReadonlyMap<string, JsonSchema> };

/**
 * Every route of the server, from Fastify itself, so that none is missed that the document hides; with its parameters and the
 * schema of its body from the OpenAPI document, so that a new route is fuzzed without anybody thinking of it.
 */
export async function readRoutes(): Promise<RouteBook> {
  const known = new Map<string, { method: string; path: string }>();
  const watch = (message: unknown) => {
    const app = fastifyOf(message);
    app.addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) {
        const path = url.replaceAll(/:(\w+)/g, '{$1}');
        if (each !== 'HEAD') known.set(`${each} ${path}`, { method: each, path });
      }
    });
  };
  subscribe('fastify.initialization', watch);
  const text = await openApiText();
  unsubscribe('fastify.initialization', watch);
  const { paths, components } = documentSchema.parse(JSON.parse(text));
  const routes = [...known.values()].map(({ method, path }): FuzzRoute => {
    const operation = paths[path]?.[method.toLowerCase()];
    return {
      method,
      path,
      parameters: operation?.parameters ?? [],
      body: operation?.requestBody?.content['application/json']?.schema,
      opensTo: opensTo(operation?.security ?? []),
    };
  });
  return { routes, schemas: new Map(Object.entries(components.schemas)) };
}

function opensTo(security: readonly Record<string, unknown>[]): FuzzRoute['opensTo'] {
  if (security.some((each) => 'bearer' in each)) return 'till';
  if (security.some((each) => 'session' in each)) return 'operator';
  if (security.some((each) => 'installation' in each)) return 'integration';
  if (security.some((each) => 'app' in each)) return 'app';
  return security.length > 0 ? 'others' : 'anybody';
}

function fastifyOf(message: unknown): FastifyInstance {
  if (typeof message === 'object' && message !== null && 'fastify' in message && isFastify(message.fastify))
    return message.fastify;
  throw new TypeError('the channel speaks of a server');
}

function isFastify(value: unknown): value is FastifyInstance {
  return typeof value === 'object' && value !== null && 'addHook' in value && typeof value.addHook === 'function';
}
