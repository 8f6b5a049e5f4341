import { RequestError } from "../../core/errors.ts";
import { isObject, type JsonObject } from "../json_value.ts";

/** The client's fault: a field that the other dialect has no word for, or that is not what its own dialect allows. */
export function untranslatable(field: string, why: string): RequestError {
  return new RequestError(400, `Cannot translate the request: ${field} ${why}`, { param: field });
}

function received(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return `received ${text.length > 80 ? `${text.slice(0, 80)}...` : text}`;
}

export function wrongValue(field: string, expected: string, value: unknown): RequestError {
  return untranslatable(field, `must be ${expected}, ${received(value)}`);
}

/** Reads optional fields of one object; `null` counts as absent. Throws `RequestError` 400 for another type. */
export class Fields {
  readonly #json: JsonObject;
  readonly #prefix: string;

  constructor(json: JsonObject, prefix = "") {
    this.#json = json;
    this.#prefix = prefix;
  }

  /** The field's place in the request, for a message: `messages[0].content`. */
  place(key: string): string {
    return this.#prefix === "" ? key : `${this.#prefix}.${key}`;
  }

  number(key: string): number | undefined {
    return this.#typed(key, "a number", (value) => typeof value === "number" ? value : undefined);
  }

  boolean(key: string): boolean | undefined {
    return this.#typed(key, "true or false", (value) => typeof value === "boolean" ? value : undefined);
  }

  string(key: string): string | undefined {
    return this.#typed(key, "a string", (value) => typeof value === "string" ? value : undefined);
  }

  array(key: string): readonly unknown[] | undefined {
    return this.#typed(key, "an array", (value) => Array.isArray(value) ? value : undefined);
  }

  object(key: string): Fields | undefined {
    const value = this.#typed(key, "an object", (found) => isObject(found) ? found : undefined);
    return value && new Fields(value, this.place(key));
  }

  /** The objects of an array of objects. */
  objects(key: string): Fields[] {
    return (this.array(key) ?? []).map((value, index) => {
      const place = `${this.place(key)}[${index}]`;
      if (!isObject(value)) throw wrongValue(place, "an object", value);
      return new Fields(value, place);
    });
  }

  /** The field as it is, not checked; `undefined` for `null`. */
  raw(key: string): unknown {
    return this.#json[key] ?? undefined;
  }

  #typed<T>(key: string, expected: string, narrow: (value: unknown) => T | undefined): T | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    const found = narrow(value);
    if (found === undefined) throw wrongValue(this.place(key), expected, value);
    return found;
  }
}
