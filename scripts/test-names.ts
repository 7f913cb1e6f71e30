import { type CallExpression, type Expression, parseSync } from '@swc/core';

/** A test by what it is called: the titles of its `describe`s and its own. */
export interface TestName {
  readonly groups: readonly string[];
  readonly title: string;
}

const runners: ReadonlySet<string> = new Set(['test', 'it', 'describe']);

/**
 * The names of all tests in a file's source, in order. A title that is put together has "…" for what is put in; where a table of
 * `test.each` gives names of its own (its strings that begin like `R50`), each of them is a test. Tests that are skipped are none.
 * @param isJsx a `.tsx` file, in which `<T>` is markup
 */
export function testNamesOf(source: string, isJsx = false): readonly TestName[] {
  const names: TestName[] = [];
  walk(parseSync(source, { syntax: 'typescript', tsx: isJsx }).body, [], names);
  return names;
}

function walk(node: unknown, groups: readonly string[], names: TestName[]): void {
  if (typeof node !== 'object' || node === null) return;
  const found = isCall(node) ? titled(node) : undefined;
  if (found === undefined) {
    for (const child of Object.values(node)) walk(child, groups, names);
    return;
  }
  if (found.isSkipped) return;
  if (found.runner !== 'describe') {
    for (const title of found.titles) names.push({ groups, title });
    return;
  }
  const inside = [...groups, found.titles.join(' ')];
  for (const { expression } of found.call.arguments.slice(1)) walk(expression, inside, names);
}

interface Titled {
  readonly call: CallExpression;
  readonly runner: string;
  readonly isSkipped: boolean;
  readonly titles: readonly string[];
}

/** A call that names a test or a group: `test('…')`, `test.skip('…')`, `describe.each(table)('…')`. */
function titled(call: CallExpression): Titled | undefined {
  const title = textOf(call.arguments[0]?.expression);
  const path = calledPath(call.callee);
  const [runner = ''] = path;
  if (title === undefined || call.arguments.length < 2 || !runners.has(runner)) return undefined;
  const fromTable = call.callee.type === 'CallExpression' ? rulesIn(call.callee.arguments[0]?.expression) : [];
  const titles = fromTable.length === 0 ? [title] : fromTable.map((rule) => `${rule}: ${title}`);
  return { call, runner, isSkipped: path.includes('skip') || path.includes('todo'), titles };
}

/** `['test', 'each']` of `test.each(…)` and of `test.each`; empty where it is called otherwise. */
function calledPath(callee: CallExpression['callee'] | Expression): readonly string[] {
  switch (callee.type) {
    case 'Identifier':
      return [callee.value];
    case 'CallExpression':
      return calledPath(callee.callee);
    case 'MemberExpression': {
      const before = calledPath(callee.object);
      return before.length > 0 && callee.property.type === 'Identifier' ? [...before, callee.property.value] : [];
    }
    default:
      return [];
  }
}

function textOf(expression: Expression | undefined): string | undefined {
  switch (expression?.type) {
    case 'StringLiteral':
      return expression.value;
    case 'TemplateLiteral':
      return expression.quasis.map(({ cooked, raw }) => cooked ?? raw).join('…');
    default:
      return undefined;
  }
}

function rulesIn(node: unknown): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  if ('type' in node && node.type === 'StringLiteral' && 'value' in node && typeof node.value === 'string')
    return /^R\d{1,3}\b/.test(node.value) ? [node.value] : [];
  return Object.values(node).flatMap(rulesIn);
}

function isCall(node: object): node is CallExpression {
  return 'type' in node && node.type === 'CallExpression' && 'callee' in node;
}
