/** A complete type: a basic one or `v` without `of`; `a` of one type; `(` of its members; `{` of key and value. */
export interface Type {
  readonly code: string;
  readonly of: readonly Type[];
}

/** D-Bus Specification, "Valid Signatures". */
const maxLength = 255;
const maxNesting = 32;

/** `h` is left out: file descriptors need ancillary data, which Deno's sockets do not carry. */
const basicCodes = "ybnqiuxtdsog";
const keptAtMost = 256;

const basic: ReadonlyMap<string, Type> = new Map([...basicCodes, "v"].map((code) => [code, { code, of: [] }]));
const kept = new Map<string, readonly Type[]>();

/** The complete types of a signature, in order; throws a TypeError for what the specification does not allow. */
export function parseSignature(signature: string): readonly Type[] {
  const known = kept.get(signature);
  if (known) return known;
  if (signature.length > maxLength) throw new TypeError("Bad signature: longer than 255 characters");
  const reader = new SignatureReader(signature);
  const types: Type[] = [];
  while (!reader.atEnd) types.push(reader.type(0, 0));
  // Signatures come from peers too: what is kept of them is bounded.
  if (kept.size >= keptAtMost) kept.clear();
  kept.set(signature, types);
  return types;
}

/** The only complete type of a signature, as a variant or a property has it. */
export function parseSingle(signature: string): Type {
  const types = parseSignature(signature);
  if (types.length !== 1) throw new TypeError(`Bad signature: ${signature} is not one complete type`);
  return types[0];
}

class SignatureReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  type(arrays: number, structs: number): Type {
    if (arrays > maxNesting || structs > maxNesting) throw this.#bad("nested too deeply");
    const code = this.#text[this.#at++];
    const simple = basic.get(code);
    if (simple) return simple;
    if (code === "a") return { code, of: [this.#element(arrays + 1, structs)] };
    if (code === "(") return { code, of: this.#members(arrays, structs + 1) };
    throw this.#bad(code === "h" ? "file descriptors are not supported" : "unknown type");
  }

  #element(arrays: number, structs: number): Type {
    if (this.#text[this.#at] !== "{") return this.type(arrays, structs);
    this.#at++;
    const key = this.type(arrays, structs + 1);
    if (key.of.length > 0 || key.code === "v") throw this.#bad("a dictionary's key must be basic");
    const value = this.type(arrays, structs + 1);
    if (this.#text[this.#at++] !== "}") throw this.#bad("a dictionary's entry must be two types");
    return { code: "{", of: [key, value] };
  }

  #members(arrays: number, structs: number): readonly Type[] {
    const members: Type[] = [];
    while (this.#text[this.#at] !== ")") members.push(this.type(arrays, structs));
    this.#at++;
    if (members.length === 0) throw this.#bad("an empty structure");
    return members;
  }

  #bad(why: string): TypeError {
    return new TypeError(`Bad signature: ${why} in ${JSON.stringify(this.#text)}`);
  }
}
