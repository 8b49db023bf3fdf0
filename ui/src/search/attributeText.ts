/** What is being typed in the attribute field, and what could complete it. */

/** Before the operator the key is completed, behind it the value. */
export type Typing =
  | { part: "key"; text: string }
  | { part: "value"; scope: string; key: string; operator: string; text: string };

const SCOPE = /^(?:span|resource|scope|event|link):/;
const OPERATOR = /!=|>=|<=|=|>|</;

export function readTyping(text: string): Typing {
  const scope = SCOPE.exec(text)?.[0] ?? "";
  const rest = text.slice(scope.length);
  const operator = OPERATOR.exec(rest);
  if (operator === null) return { part: "key", text: rest };
  return {
    part: "value",
    scope,
    key: rest.slice(0, operator.index),
    operator: operator[0],
    text: rest.slice(operator.index + operator[0].length),
  };
}

/** Conditions to offer: for a key `key=`, which waits for its value; for a value the whole. */
export function suggestions(text: string, keys: string[], values: string[]): string[] {
  const typing = readTyping(text);
  if (typing.part === "value") {
    return values.map((value) => `${typing.scope}${typing.key}${typing.operator}${value}`);
  }
  const scope = SCOPE.exec(text)?.[0] ?? "";
  return keys.map((key) => `${scope}${key}=`);
}

/** `key=` asks for a value yet. */
export function isUnfinished(condition: string): boolean {
  const typing = readTyping(condition);
  return typing.part === "value" && typing.text === "";
}
