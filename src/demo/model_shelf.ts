import type { ScriptedModel } from "./scripted_model.ts";

/** The models of one server: which it has and which are loaded. Names compare with Ollama's implied `:latest`. */
export class ModelShelf {
  readonly #models = new Map<string, ScriptedModel>();
  readonly #loaded = new Set<string>();
  readonly blobs = new Set<string>();

  constructor(models: readonly ScriptedModel[]) {
    for (const model of models) this.add(model);
  }

  list(): ScriptedModel[] {
    return [...this.#models.values()];
  }

  loaded(): ScriptedModel[] {
    return this.list().filter((model) => this.#loaded.has(tagged(model.name)));
  }

  find(name: string): ScriptedModel | undefined {
    return this.#models.get(tagged(name));
  }

  add(model: ScriptedModel): void {
    this.#models.set(tagged(model.name), model);
  }

  remove(name: string): boolean {
    this.unload(name);
    return this.#models.delete(tagged(name));
  }

  load(name: string): void {
    this.#loaded.add(tagged(name));
  }

  unload(name: string): void {
    this.#loaded.delete(tagged(name));
  }
}

/** The name with its tag: `llama3.2` is `llama3.2:latest`. */
export function tagged(name: string): string {
  return name.includes(":") ? name : `${name}:latest`;
}
