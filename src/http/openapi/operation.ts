import type { Schema } from "./schema.ts";

const errors = {
  400: "BadRequest",
  404: "NotFound",
  409: "Conflict",
  413: "TooLarge",
  422: "Unprocessable",
  503: "Unavailable",
} as const;

export interface OperationOptions {
  id: string;
  summary: string;
  description?: string;
  /** The body of a request. */
  body?: Schema;
  parameters?: readonly object[];
  /** What is answered when all is well, by content type. */
  answer: Readonly<Record<string, Content>>;
  /** Statuses of refusals beside 401 and 403, which every request may get. */
  refusals?: readonly (keyof typeof errors)[];
}

/** `events`: the schema of each server-sent event's data, by the name of the event. */
export interface Content {
  schema: Schema;
  "x-events"?: Readonly<Record<string, Schema>>;
}

/** Something that may be asked. Reading by the page's cookie needs no csrf token. */
export function operation(tag: string, method: "get" | "put" | "post" | "patch" | "delete", options: OperationOptions) {
  const { id, summary, description, body, parameters, answer, refusals = [] } = options;
  const bodyErrors = body ? [400, 413] as const : [];
  const statuses = [...new Set([...refusals, ...bodyErrors])];
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description && { description }),
    ...(parameters && { parameters }),
    ...(body && { requestBody: { required: true, content: { "application/json": { schema: body } } } }),
    responses: {
      200: { description: summary, content: answer },
      401: response("Unauthorized"),
      403: response("Forbidden"),
      ...Object.fromEntries(statuses.map((status) => [status, response(errors[status])])),
    },
    security: method === "get" ? [{ controlToken: [] }, { sessionCookie: [] }] : writing,
  };
}

export const writing = [{ controlToken: [] }, { sessionCookie: [], csrfToken: [] }];

/** An answer in JSON. */
export function json(schema: Schema): Readonly<Record<string, Content>> {
  return { "application/json": { schema } };
}

/** An answer that goes on: server-sent events, each with JSON or a text as its data. */
export function eventStream(events: Readonly<Record<string, Schema>>): Readonly<Record<string, Content>> {
  const description = `Server-sent events: ${Object.keys(events).join(", ")}`;
  return { "text/event-stream": { schema: { type: "string", description }, "x-events": events } };
}

export function pathParameter(name: string, description: string, schema: Schema = { type: "string" }) {
  return { name, in: "path", required: true, description, schema };
}

export function queryParameter(name: string, description: string, schema: Schema = { type: "string" }) {
  return { name, in: "query", required: false, description, schema };
}

function response(name: string) {
  return { $ref: `#/components/responses/${name}` };
}
