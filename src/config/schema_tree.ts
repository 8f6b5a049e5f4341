/**
 * What this folder reads of a valibot schema. The words of an error and of the documentation come from the same
 * schema that validates, so they cannot drift from it.
 */
export interface SchemaNode {
  readonly type: string;
  readonly wrapped?: SchemaNode;
  readonly default?: unknown;
  readonly entries?: Readonly<Record<string, SchemaNode>>;
  readonly item?: SchemaNode;
  readonly value?: SchemaNode;
  readonly options?: readonly unknown[];
  readonly literal?: unknown;
  readonly pipe?: readonly unknown[];
}

interface PipeItem {
  type?: string;
  requirement?: unknown;
  description?: string;
  message?: string;
}

/** The schema below `optional` and `nullable`. */
export function unwrap(node: SchemaNode): SchemaNode {
  return node.wrapped ? unwrap(node.wrapped) : node;
}

/** The schema at a place of the configuration; `undefined` where there is none. */
export function schemaAt(root: SchemaNode, keys: readonly (string | number)[]): SchemaNode | undefined {
  let node: SchemaNode | undefined = root;
  for (const key of keys) {
    if (!node) return undefined;
    const inner: SchemaNode = unwrap(node);
    if (typeof key === "number") node = inner.item;
    else if (inner.entries) node = Object.hasOwn(inner.entries, key) ? inner.entries[key] : undefined;
    else node = inner.value;
  }
  return node;
}

export function isNullable(node: SchemaNode): boolean {
  return node.type === "nullable" || (node.wrapped !== undefined && isNullable(node.wrapped));
}

/** The description of an option, at whichever wrapping it was given; empty when it has none. */
export function descriptionOf(node: SchemaNode): string {
  const own = pipeItem(node, "description")?.description;
  return own ?? (node.wrapped ? descriptionOf(node.wrapped) : "");
}

function pipeItem(node: SchemaNode, type: string): PipeItem | undefined {
  return (node.pipe as readonly PipeItem[] | undefined)?.find((item) => item.type === type);
}

function numberWords(node: SchemaNode): string {
  const least = pipeItem(node, "min_value")?.requirement;
  const most = pipeItem(node, "max_value")?.requirement;
  const range = least !== undefined && most !== undefined ? ` from ${least} to ${most}` : "";
  return `${pipeItem(node, "integer") ? "a whole number" : "a number"}${range}`;
}

function innerWords(node: SchemaNode): string {
  switch (node.type) {
    case "number":
      return numberWords(node);
    case "boolean":
      return "true or false";
    case "picklist":
      return `one of ${(node.options ?? []).join(", ")}`;
    case "literal":
      return String(node.literal);
    case "array":
      return node.item && unwrap(node.item).type === "string" ? "a list of texts" : "a list";
    case "record":
      return "an object whose values are texts";
    case "string":
      return pipeItem(node, "min_length") ? "a text that is not empty" : "a text";
    default:
      return "an object in braces";
  }
}

/** What an option may hold, in words that follow "must be". */
export function expectation(node: SchemaNode): string {
  return innerWords(unwrap(node)) + (isNullable(node) ? ", or null" : "");
}
