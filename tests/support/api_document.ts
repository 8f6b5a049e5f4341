import { Ajv2020, type ValidateFunction } from "ajv/2020";
import { version } from "../../src/core/version.ts";
import { openApiDocument } from "../../src/http/openapi/document.ts";

type Json = Record<string, unknown>;

interface Response {
  $ref?: string;
  content?: Record<string, { schema: object; "x-events"?: Record<string, object> }>;
}

export interface Operation {
  operationId: string;
  tags: string[];
  requestBody?: { content: { "application/json": { schema: object } } };
  responses: Record<string, Response>;
  security: Json[];
}

/**
 * The OpenAPI document, to hold answers against. Stricter than it is for clients: an answer may have nothing that the
 * document does not name.
 */
export class ApiDocument {
  readonly json: Json & { paths: Record<string, Record<string, Operation>> };
  readonly #ajv = new Ajv2020({ strict: true, allErrors: true, formats: { "date-time": isTime } });
  readonly #validators = new Map<string, ValidateFunction>();

  private constructor(document: object) {
    this.json = structuredClone(document) as ApiDocument["json"];
    this.#ajv.addVocabulary(["openapi", "info", "servers", "tags", "security", "paths", "components", "x-events"]);
    this.#ajv.addSchema(closed(this.json) as object, "api");
  }

  static async load(): Promise<ApiDocument> {
    return new ApiDocument(await openApiDocument(version));
  }

  /** Every `METHOD /path` that is described, in order. */
  get operations(): string[] {
    return Object.entries(this.json.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`)
    ).toSorted();
  }

  operation(name: string): Operation {
    const [method, path] = name.split(" ");
    return this.json.paths[path][method.toLowerCase()];
  }

  /** What is wrong with an answer; empty when it is as described. Takes its body. */
  async problemsOf(name: string, answer: globalThis.Response): Promise<string[]> {
    const type = answer.headers.get("content-type")?.split(";")[0] ?? "";
    const body = await answer.text();
    const at = this.#responseAt(name, answer.status);
    if (!at) return [`${name} does not describe the status ${answer.status}`];
    const described = this.#at(at) as Response;
    const content = described.content?.[type];
    if (!content) return [`${name} ${answer.status} does not describe ${type}`];
    const place = `${at}/content/${escaped(type)}`;
    if (type === "text/event-stream") {
      const events = eventsOf(body);
      if (events.length === 0) return [`${name} told nothing`];
      return events.flatMap((event) => this.#eventProblems(place, event));
    }
    return this.#problems(`${place}/schema`, type === "application/json" ? JSON.parse(body) : body);
  }

  /** What is wrong with a value for a place in the document. */
  requestProblems(name: string, body: unknown): string[] {
    const [method, path] = name.split(" ");
    const at = `#/paths/${escaped(path)}/${method.toLowerCase()}/requestBody/content/${escaped("application/json")}`;
    return this.#problems(`${at}/schema`, body);
  }

  #eventProblems(place: string, { event, data }: { event: string; data: string }): string[] {
    const at = `${place}/x-events/${event}`;
    const schema = this.#at(at) as Json | undefined;
    if (!schema) return [`There is no event ${event}`];
    return this.#problems(at, schema.type === "string" ? data : JSON.parse(data));
  }

  #responseAt(name: string, status: number): string | undefined {
    const [method, path] = name.split(" ");
    const at = `#/paths/${escaped(path)}/${method.toLowerCase()}/responses/${status}`;
    const response = this.#at(at) as Response | undefined;
    return response && (response.$ref ?? at);
  }

  #at(pointer: string): unknown {
    const keys = pointer.slice(2).split("/").map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
    return keys.reduce<unknown>((value, key) => (value as Json | undefined)?.[key], this.json);
  }

  #problems(pointer: string, value: unknown): string[] {
    let validate = this.#validators.get(pointer);
    if (!validate) {
      validate = this.#ajv.compile({ $ref: `api${encoded(pointer)}` });
      this.#validators.set(pointer, validate);
    }
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({ instancePath, message, params }) =>
      `${pointer} ${instancePath}: ${message} ${JSON.stringify(params)}`
    );
  }
}

/** Objects with named members have no others. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== "object" || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, closed(one)]));
  const isSchema = copy.type === "object" && "properties" in copy && !("additionalProperties" in copy);
  return isSchema ? { ...copy, additionalProperties: false } : copy;
}

function eventsOf(text: string): { event: string; data: string }[] {
  return text.split("\n\n").filter((part) => part !== "").map((part) => {
    const lines = part.split("\n");
    const values = (name: string) =>
      lines.filter((line) => line.startsWith(name)).map((line) => line.slice(name.length));
    return { event: values("event:")[0], data: values("data:").join("\n") };
  });
}

function escaped(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** A pointer as the fragment of a URI. */
function encoded(pointer: string): string {
  return `#${encodeURI(pointer.slice(1))}`;
}

function isTime(text: string): boolean {
  return !Number.isNaN(Date.parse(text));
}
