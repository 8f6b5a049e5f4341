/** One option of the configuration as a form shows it. */
export interface Field {
  /** Where it is, below what the form is about: `["desktop", "tray"]`. */
  keys: readonly string[];
  label: string;
  /** What is good to know, below the label. */
  help?: string;
  input: FieldInput;
}

/** How it is asked for. `lines`: a list of texts, one a line. `unit` follows a number. */
export type FieldInput =
  | { kind: "text"; placeholder?: string; suggestions?: readonly string[]; type?: "text" | "url" }
  | { kind: "number"; unit?: string; least?: number; most?: number; emptyMeans?: string }
  | { kind: "choice"; options: readonly (readonly [value: string, label: string])[] }
  | { kind: "switch" }
  | { kind: "lines"; placeholder?: string };

/** Values by the names of their fields. */
export type Values = Record<string, unknown>;

/** The name of a field in its form, which is also its place in the configuration: `desktop.tray`. */
export function nameOf({ keys }: Field): string {
  return keys.join(".");
}

/** What the form shows of an object of the configuration. */
export function valuesOf(fields: readonly Field[], source: object): Values {
  return Object.fromEntries(fields.map((field) => [nameOf(field), valueAt(source, field.keys) ?? null]));
}

function valueAt(source: object, keys: readonly string[]): unknown {
  let value: unknown = source;
  for (const key of keys) value = (value as Record<string, unknown> | undefined)?.[key];
  return value;
}

/** What was sent, as the configuration would hold it; what cannot be one stays a text, which its schema then refuses. */
export function sentValues(fields: readonly Field[], form: FormData): Values {
  return Object.fromEntries(fields.map((field) => [nameOf(field), sentValue(field, form)]));
}

function sentValue(field: Field, form: FormData): unknown {
  const text = String(form.get(nameOf(field)) ?? "").trim();
  switch (field.input.kind) {
    case "switch":
      return form.has(nameOf(field));
    case "number":
      if (text === "") return null;
      return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
    case "lines":
      return text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== "");
    default:
      return text === "" ? null : text;
  }
}

/** Puts values into a draft of the configuration; `null` takes an option out, so that its default holds. */
export function putValues(fields: readonly Field[], values: Values, draft: object): void {
  for (const field of fields) {
    if (!Object.hasOwn(values, nameOf(field))) continue;
    let owner = draft as Record<string, unknown>;
    for (const key of field.keys.slice(0, -1)) owner = (owner[key] ??= {}) as Record<string, unknown>;
    const [last] = field.keys.slice(-1);
    const value = values[nameOf(field)];
    if (value === null) delete owner[last];
    else owner[last] = value;
  }
}

export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
