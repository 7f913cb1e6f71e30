import { attackBody } from './body-attacks.ts';
import type { ContractOfBodies } from './contract-of-bodies.ts';
import { Draw } from './draw.ts';
import { drawRequest, type FuzzRequest, signature } from './fuzz-request.ts';
import type { FuzzTill, FuzzWorld } from './fuzz-world.ts';
import { hostileTexts } from './hostile-values.ts';
import { attackFraming, attackHeaders, attackMethod, attackPath, attackQuery, strangeBytes } from './line-attacks.ts';
import { mutated } from './mutations.ts';
import { encoded } from './percent-encoding.ts';
import type { FuzzRoute, JsonSchema } from './routes.ts';
import { bytesOf, messageOf, type WireMessage } from './wire-message.ts';

/** One request of the run, ready to be sent, and what is known of how it has to end. */
export type FuzzCase = {
  route: FuzzRoute;
  attack: string;
  bytes: Buffer;
  endsEarly: boolean;
  isHead: boolean;
  /** The connection may end without an answer: what was sent is not a whole request. */
  mayGoUnanswered: boolean;
  /** Why a 2xx would be wrong. */
  mustRefuse: string | undefined;
  /** Whose journal it continues. */
  till: FuzzTill;
};

/** Draws the request of a seed: as it should be, or with one kind of attack. */
export function drawCase(
  seed: number,
  world: FuzzWorld,
  schemas: ReadonlyMap<string, JsonSchema>,
  contract: ContractOfBodies,
  route: FuzzRoute,
): FuzzCase {
  const draw = new Draw(seed);
  const request = drawRequest(draw, world, schemas, route);
  const { till } = request;
  const kind = draw.between(0, 99);
  if (kind === 99) {
    const bytes = strangeBytes(draw);
    return {
      route,
      attack: 'no HTTP',
      bytes,
      endsEarly: true,
      isHead: false,
      mayGoUnanswered: true,
      mustRefuse: undefined,
      till,
    };
  }
  if (kind >= 28 && kind < 64) changeValues(draw, request);
  const message = messageOf(request);
  const attack = kind < 28 ? 'none' : kind < 64 ? 'values' : attackMessage(draw, message, kind);
  if (route.path.endsWith('/webhook') && message.body !== undefined)
    message.headers.push(signature(draw, world, message.body));
  const isCut = message.cutAt !== undefined || message.endsEarly;
  return {
    route,
    attack,
    bytes: bytesOf(message),
    endsEarly: message.endsEarly,
    isHead: message.method === 'HEAD',
    mayGoUnanswered: isCut || (message.body?.length ?? 0) > 1_000_000 || message.method === 'CONNECT',
    mustRefuse: whyRefuse(contract, world, request, message, attack),
    till,
  };
}

function attackMessage(draw: Draw, message: WireMessage, kind: number): string {
  if (kind < 79) return attackBody(draw, message);
  if (kind < 85) return attackPath(draw, message);
  if (kind < 90) return attackQuery(draw, message);
  if (kind < 93) return attackHeaders(draw, message);
  if (kind < 96) return attackMethod(draw, message);
  return attackFraming(draw, message);
}

/** One to three places are changed, in the body where there is one, else in the path or the query. */
function changeValues(draw: Draw, request: FuzzRequest): void {
  for (let left = draw.between(1, 3); left > 0; left -= 1) {
    if (request.json !== undefined && draw.percent(85)) {
      request.json = mutated(draw, request.json);
      continue;
    }
    const [name] = request.path.keys();
    if (name !== undefined && draw.percent(50)) request.path.set(name, encoded(draw.oneOf(hostileTexts)));
    else if (request.query.length > 0) request.query = request.query.map(([each]) => [each, draw.oneOf(hostileTexts)]);
  }
}

/** Whether nobody may consent to this: the wrong credentials, or a body that the contract does not allow. */
function whyRefuse(
  contract: ContractOfBodies,
  world: FuzzWorld,
  request: FuzzRequest,
  message: WireMessage,
  attack: string,
): string | undefined {
  const { route, caller, till } = request;
  // Another method, path or header may make it another request.
  if (attack === 'method' || attack === 'path' || attack === 'headers') return undefined;
  if (route.opensTo !== 'anybody' && caller !== route.opensTo) return `it comes from ${caller}`;
  const assignment = request.path.get('id');
  if (route.opensTo === 'till' && assignment !== undefined && Number(decoded(assignment)) !== till.client.assignmentId)
    return 'the assignment is another till\u2019s';
  const organisation = request.path.get('org');
  if (route.opensTo === 'integration' && Number(decoded(organisation ?? '')) !== world.integration.client.organisation)
    return 'the organisation is another one';
  const isPacked = message.headers.some(([name]) => name === 'Content-Encoding');
  return isPacked || attack === 'framing' ? undefined : contract.objection(route, message.body);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return 'NaN';
  }
}
