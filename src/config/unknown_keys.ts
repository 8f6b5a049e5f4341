import type { ConfigProblem } from "./config_error.ts";
import { isSecretKey, looksLikeToken, shownValue } from "./looks_secret.ts";
import { isSameName, nearestName } from "./nearest_name.ts";
import { pathText } from "./path_text.ts";
import { expectation, type SchemaNode, unwrap } from "./schema_tree.ts";

type Keys = readonly (string | number)[];

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Every key that the schema does not know, with what was probably meant; valibot itself reports the first one of an
 * object only. Also lists where an object belongs, which valibot takes for objects.
 */
export function unknownKeyProblems(schema: SchemaNode, input: unknown, keys: Keys = []): ConfigProblem[] {
  const node = unwrap(schema);
  if (node.item) {
    const { item } = node;
    return Array.isArray(input) ? input.flatMap((value, i) => unknownKeyProblems(item, value, [...keys, i])) : [];
  }
  if (!node.entries && !node.value) return [];
  if (Array.isArray(input)) {
    return [{ path: pathText(keys), reason: `must be ${expectation(schema)}`, value: shownValue(input) }];
  }
  if (!node.entries || !isPlainObject(input)) return [];
  return unknownKeysOf(node.entries, input, keys);
}

function unknownKeysOf(
  entries: Readonly<Record<string, SchemaNode>>,
  input: Record<string, unknown>,
  keys: Keys,
): ConfigProblem[] {
  return Object.entries(input).flatMap(([key, value]) => {
    const place = [...keys, key];
    if (Object.hasOwn(entries, key)) return unknownKeyProblems(entries[key], value, place);
    const known = Object.keys(entries);
    if (isSecretKey(key) && !known.some((name) => isSameName(name, key))) return [tokenProblem(input, place)];
    const near = nearestName(key, known);
    const reason = near
      ? `unknown option; did you mean "${near}"?`
      : `unknown option; known here: ${known.filter((name) => name !== "$schema").join(", ")}`;
    return [{ path: pathText(place), reason, value: shownValue(value, place) }];
  });
}

/** A token in the file is the likeliest mistake of all, and the one whose value must not be repeated. */
function tokenProblem(owner: Record<string, unknown>, place: Keys): ConfigProblem {
  const name = [owner.secret, owner.id].filter((text) => typeof text === "string")
    .find((text) => /^[\w-]{1,64}$/.test(text) && !looksLikeToken(text));
  const advice = name
    ? `set it with "cloudtolocalllm secret set ${name}", and write "secret": "${name}" here`
    : 'set it with "cloudtolocalllm secret set NAME", and write "secret": "NAME" here';
  return { path: pathText(place), reason: `tokens never belong in this file: ${advice}`, value: "" };
}
