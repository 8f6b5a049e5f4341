import { configJsonSchema } from "../../config/json_schema.ts";
import { csrfHeader } from "../page_origin.ts";
import { configPart } from "./config_part.ts";
import { doorPart } from "./door_part.ts";
import { errorResponses, errorSchemas } from "./errors.ts";
import { logPart } from "./log_part.ts";
import { writing } from "./operation.ts";
import { type ApiPart, ref, type Schema } from "./schema.ts";
import { secretPart } from "./secret_part.ts";
import { statePart } from "./state_part.ts";
import { testPart } from "./test_part.ts";
import { usagePart } from "./usage_part.ts";

const parts: readonly ApiPart[] = [
  statePart,
  testPart,
  configPart,
  secretPart,
  usagePart,
  logPart,
  doorPart,
];

const description = "For the command line, the settings page and apps of this machine. Errors are " +
  '`{"error": {"message"}}`. Objects may get more members with later versions; ignore what you do not know.';

const securitySchemes = {
  controlToken: {
    type: "http",
    scheme: "bearer",
    description: "The token of control.json, which only the daemon's user can read",
  },
  sessionCookie: {
    type: "apiKey",
    in: "cookie",
    name: "cloudtolocalllm-11435",
    description: "Of a browser that opened the settings page by a link; its name ends with the daemon's port",
  },
  csrfToken: {
    type: "apiKey",
    in: "header",
    name: csrfHeader,
    description: "Of the settings page. With the cookie a change also needs Sec-Fetch-Site: same-origin, or our Origin",
  },
};

/** All of the control API, as OpenAPI 3.1 describes it. */
export async function openApiDocument(version: string) {
  return {
    openapi: "3.1.0",
    info: { title: "CloudToLocalLLM control API", version, description, license: { name: "MIT", identifier: "MIT" } },
    servers: [{ url: "http://127.0.0.1:11435", description: "Where the daemon listens unless told otherwise" }],
    tags: parts.map(({ tag }) => tag),
    security: writing,
    paths: merged(parts.map(({ paths }) => paths)),
    components: {
      schemas: { ...errorSchemas, ...merged(parts.map(({ schemas }) => schemas)), ...await configSchemas() },
      responses: errorResponses,
      securitySchemes,
    },
  };
}

/** The text of docs/openapi.json. */
export async function openApiText(version: string): Promise<string> {
  return `${JSON.stringify(await openApiDocument(version), null, 2)}\n`;
}

async function configSchemas(): Promise<Record<string, Schema>> {
  // With an `$id` of its own, references into it would be looked for elsewhere.
  const { $id: _id, $schema: _schema, ...config } = await configJsonSchema() as Record<string, unknown>;
  return { Config: config, BackendSettings: ref("Config/properties/backends/items") };
}

function merged<T>(records: readonly Readonly<Record<string, T>>[]): Record<string, T> {
  return Object.assign({}, ...records);
}
