import { defaultPurseId, salesPurseId } from '../../contract/wire/canteen.ts';

type Json = unknown;
type JsonObject = { readonly [name: string]: Json };

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `body` with what it leaves out taken from `defaults`, in every depth; what the request says wins, `null` and `false` too (Q40). */
export function filledWith(body: JsonObject, defaults: JsonObject): JsonObject {
  const filled = new Map<string, Json>(Object.entries(body));
  for (const [name, standard] of Object.entries(defaults)) {
    const own = filled.get(name);
    if (own === undefined) filled.set(name, standard);
    else if (isObject(own) && isObject(standard)) filled.set(name, filledWith(own, standard));
  }
  return Object.fromEntries(filled);
}

/** `content` with what `change` says put over it, in every depth; what the change does not speak of stays. */
export function changedBy(content: JsonObject, change: JsonObject): JsonObject {
  return filledWith(change, content);
}

/** The defaults of a purse by its id: those of credit purses for everything but `default` and `sales` (R129). */
export function purseKeyOf(purseId: string): 'default' | 'sales' | 'credit' {
  return purseId === defaultPurseId || purseId === salesPurseId ? purseId : 'credit';
}
