/**
 * The names in the object that the member `name` of a JSON object holds, in the order of the text: a parsed object puts names that look
 * like numbers first (Q30). `json` is text that was parsed before, so it is JSON. `undefined` where there is no such member, it is no
 * object, or a name stands in it twice.
 */
export function orderedKeys(json: string, name: string): readonly string[] | undefined {
  const tokens = json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g);
  const outer: string[] = [];
  let expected: string | undefined;
  let inside = false;
  let keys: string[] | undefined;
  let text: string | undefined;
  for (const [token] of tokens) {
    if (token === '{' || token === '[') {
      if (outer.length === 1 && token === '{' && expected === name) {
        inside = true;
        keys = [];
      }
      outer.push(token);
    } else if (token === '}' || token === ']') {
      outer.pop();
      if (outer.length === 1) inside = false;
    } else if (token === ':') {
      if (outer.length === 1) expected = text;
      if (inside && outer.length === 2 && text !== undefined) keys?.push(text);
    } else if (token === ',') {
      if (outer.length === 1) expected = undefined;
    } else {
      text = String(JSON.parse(token));
    }
  }
  return keys !== undefined && new Set(keys).size === keys.length ? keys : undefined;
}
