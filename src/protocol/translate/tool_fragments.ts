import { isObject, type JsonObject } from "../json_value.ts";
import { parseArguments, type ToolCall } from "./tool_calls.ts";

interface Gathered {
  index?: number;
  id?: string;
  name: string;
  text: string;
}

/** Gathers the fragments of OpenAI's streamed tool calls, parallel and interleaved ones too, into whole calls. */
export class ToolFragments {
  #calls: Gathered[] = [];

  get isEmpty(): boolean {
    return this.#calls.length === 0;
  }

  /** Adds `delta.tool_calls`. Throws `SyntaxError` when that is no list of fragments. */
  add(fragments: unknown): void {
    if (fragments === undefined || fragments === null) return;
    if (!Array.isArray(fragments) || !fragments.every(isObject)) {
      throw new SyntaxError("Cannot read tool calls: they are not an array of objects");
    }
    fragments.forEach((fragment) => this.#addOne(fragment));
  }

  /** The whole calls in the order they began; gathering begins anew. Throws `SyntaxError` when one is not whole. */
  take(): ToolCall[] {
    const calls = this.#calls.map(({ id, name, text }): ToolCall => {
      if (name === "") throw new SyntaxError("Cannot read a tool call: it has no name");
      return { id, name, input: parseArguments(text) };
    });
    this.#calls = [];
    return calls;
  }

  #addOne(fragment: JsonObject): void {
    const fn = isObject(fragment.function) ? fragment.function : {};
    const id = typeof fragment.id === "string" && fragment.id !== "" ? fragment.id : undefined;
    const index = typeof fragment.index === "number" ? fragment.index : undefined;
    const name = typeof fn.name === "string" ? fn.name : "";
    const call = this.#find({ id, index, name }) ?? this.#begin(index);
    call.id ??= id;
    // A server that repeats the name in every fragment must not have it doubled.
    if (call.name === "") call.name = name;
    call.text += argumentsText(fn.arguments);
  }

  #begin(index: number | undefined): Gathered {
    const call = { index, name: "", text: "" };
    this.#calls.push(call);
    return call;
  }

  /** The call that a fragment continues; `undefined` when it begins one. */
  #find(fragment: { id?: string; index?: number; name: string }): Gathered | undefined {
    const { id, index, name } = fragment;
    if (index !== undefined) {
      const call = this.#calls.findLast((call) => call.index === index);
      // Servers are seen that number every parallel call 0: another id and a name of its own tell them apart.
      const isAnother = call?.id !== undefined && id !== undefined && id !== call.id && name !== "";
      return isAnother ? undefined : call;
    }
    if (id !== undefined) {
      const call = this.#calls.findLast((call) => call.id === id);
      if (call) return call;
      return name === "" ? this.#calls.at(-1) : undefined;
    }
    // With neither, a name is what begins a call.
    return name === "" ? this.#calls.at(-1) : undefined;
  }
}

/** Some servers give the arguments whole, as an object. */
function argumentsText(value: unknown): string {
  if (typeof value === "string") return value;
  return isObject(value) ? JSON.stringify(value) : "";
}
