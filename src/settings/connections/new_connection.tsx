import { ConfigError, type ConfigProblem } from "../../config/config_error.ts";
import { parseConfig } from "../../config/parse_config.ts";
import type { BackendConfig, ConfigInput } from "../../config/schema.ts";
import type { TestStep } from "../../state/connection_report.ts";
import type { FoundServer } from "../../state/found_server.ts";
import type { SettingsContext } from "../context.ts";
import { putValues, sentValues, type Values } from "../form/field.ts";
import { FieldView } from "../form/field_view.tsx";
import { FormProblems, Hidden } from "../form/form_view.tsx";
import type { FormState } from "../form/save_form.ts";
import { doneAt } from "../saved_notice.tsx";
import type { PageContext, SettingsApp } from "../section.ts";
import { showPage } from "../show_page.tsx";
import { connectionFields, idField, openBackends } from "./connection_fields.ts";
import { freeId, type Preset, presetOf, presets } from "../../state/presets.ts";
import { missingToken, saveToken, sentToken } from "./save_token.ts";
import { streamTest, wantsStream } from "./test_stream.tsx";
import { TestResult } from "./test_steps.tsx";
import { TokenField } from "./token_field.tsx";

const path = "/settings/connections/new";
const fields = [idField, ...connectionFields];

/** Adding a connection: first what it is, then its particulars; it can be tested before it is added. */
export function addCreating(app: SettingsApp, context: SettingsContext): void {
  app.get(path, (c) => showPresets(c, context));
  app.get(`${path}/:preset`, (c) => {
    const preset = presetOf(c.req.param("preset"));
    return showForm(c, context, { preset, state: presetForm(preset, context, c.req.query("url")) });
  });
  app.post(`${path}/:preset`, (c) => c.env.form?.get("do") === "test" ? test(c, context) : create(c, context));
}

async function showPresets(c: PageContext, context: SettingsContext) {
  const known = new Set(context.config().backends.map(({ url }) => url));
  const found = (await context.findServers()).filter(({ url }) => !known.has(url));
  return showPage(
    c,
    context,
    { title: "Add a connection", path: "connections" },
    <>
      {found.length > 0 && (
        <section class="card" aria-labelledby="found">
          <h2 id="found">Found on this machine</h2>
          <ul class="plain stack">{found.map((server) => <Found server={server} />)}</ul>
        </section>
      )}
      <h2>What do you want to connect?</h2>
      <ul class="plain presets">
        {[...presets, presetOf("other")].map(({ id, name, about, location }) => (
          <li>
            <a class="card preset" href={`${path}/${id}`}>
              <span class="row between">
                <strong>{name}</strong>
                {id !== "other" && <span class={`tag ${location}`}>{location}</span>}
              </span>
              <span class="muted">{about}</span>
            </a>
          </li>
        ))}
      </ul>
    </>,
  );
}

function Found({ server: { name, url, models } }: { server: FoundServer }) {
  const preset = presets.find((one) => one.name === name)!.id;
  const count = models === null ? "asks for a token" : `${models} model${models === 1 ? "" : "s"}`;
  return (
    <li class="row between">
      <span>
        <strong>{name}</strong> <span class="mono">{url}</span> <span class="muted">{count}</span>
      </span>
      <a class="button primary" href={`${path}/${preset}?url=${encodeURIComponent(url)}`}>Add {name}</a>
    </li>
  );
}

function presetForm(preset: Preset, context: SettingsContext, url = preset.url): FormState {
  const taken = context.config().backends.map(({ id }) => id);
  const id = preset.id === "other" ? "" : freeId(preset.id, taken);
  const values: Values = { id, kind: preset.kind, url, location: preset.location };
  return { values, was: values, problems: {}, notices: [] };
}

interface Shown {
  preset: Preset;
  state: FormState;
  result?: unknown;
  status?: 200 | 422;
}

async function showForm(c: PageContext, context: SettingsContext, { preset, state, result, status }: Shown) {
  const keyring = await context.secrets.keyring({ signal: c.req.raw.signal });
  const title = preset.id === "other" ? "Add a server" : `Add ${preset.name}`;
  return await showPage(
    c,
    context,
    { title, path: "connections", scripts: ["connections.js"], status },
    <form method="post" action={`${path}/${preset.id}`} class="card" data-save data-test="new" novalidate>
      <p class="muted">{preset.about}.</p>
      <FormProblems state={state} />
      <Hidden csrf={c.env.csrf} />
      {fields.map((field) => <FieldView field={field} state={state} />)}
      <TokenField
        status={undefined}
        keyring={keyring}
        file={context.secrets.file}
        preset={preset}
        problem={state.problems.token}
      />
      <div class="test-result" aria-live="polite">{result as never}</div>
      <p class="actions">
        <button type="submit" class="primary" name="do" value="add">Add</button>
        <button type="submit" name="do" value="test">Test it first</button>
        <a class="button" href="/settings/connections/new">Back</a>
      </p>
    </form>,
  );
}

/** The connection as it was typed, with its token's name where one was typed. */
function typed(form: FormData, preset: Preset): { backend: Record<string, unknown>; values: Values; token?: string } {
  const values = sentValues(fields, form);
  const backend: Record<string, unknown> = {};
  putValues(fields, values, backend);
  const token = sentToken(form);
  // Named also where it comes later, from the environment or the command line: then it is missing, not refused.
  if (token !== undefined || preset.needsToken) backend.secret = values.id;
  return { backend, values, token };
}

/** What the schema says of it alone; problems by the names of fields. */
function check(backend: unknown): { config: BackendConfig } | { problems: Record<string, string> } {
  const result = parseConfig({ version: 1, backends: [backend] });
  if (result.ok) return { config: result.config.backends[0] };
  return { problems: byField(result.problems) };
}

/** Problems of a backend by the names of fields; the name of its token comes from its own. */
function byField(problems: readonly ConfigProblem[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const { path, reason } of problems) {
    fields[path.replace(/^backends\[\d+\]\./, "").replace("secret", "id")] ??= reason;
  }
  return fields;
}

async function test(c: PageContext, context: SettingsContext) {
  const preset = presetOf(c.req.param("preset"));
  const { backend, values, token } = typed(c.env.form!, preset);
  const checked = check(backend);
  if ("problems" in checked) {
    if (wantsStream(c.req.raw)) {
      return streamTest(() => Promise.reject(problemError(checked.problems)), c.req.raw.signal);
    }
    const state = { values, was: values, problems: checked.problems, notices: [] };
    return await showForm(c, context, { preset, state, status: 422 });
  }
  const run = (signal: AbortSignal, onStep?: (step: TestStep) => void) =>
    context.commands.testUnsaved(checked.config, { token, signal, onStep });
  if (wantsStream(c.req.raw)) return streamTest(run, c.req.raw.signal);
  const result = <TestResult test={await run(c.req.raw.signal)} />;
  return await showForm(c, context, { preset, state: { values, was: values, problems: {}, notices: [] }, result });
}

function problemError(problems: Record<string, string>): Error {
  return new Error(Object.entries(problems).map(([name, reason]) => `${name} ${reason}`).join("; "));
}

async function create(c: PageContext, context: SettingsContext) {
  const preset = presetOf(c.req.param("preset"));
  const form = c.env.form!;
  const { backend, values, token } = typed(form, preset);
  const refuse = (problems: Record<string, string>, notices: string[] = []) =>
    showForm(c, context, { preset, state: { values, was: values, problems, notices }, status: 422 });
  const checked = check(backend);
  if ("problems" in checked) return await refuse(checked.problems);
  if (context.config().backends.some(({ id }) => id === checked.config.id)) {
    return await refuse({ id: "is taken: another connection is called that" });
  }
  const missing = missingToken(form);
  if (missing !== undefined) return await refuse({ token: missing });
  if (token !== undefined) {
    const problem = await saveToken(context, checked.config.id, { token, form, signal: c.req.raw.signal });
    if (problem !== undefined) return await refuse({ token: `${problem}. Type the token again: it is not sent back` });
  }
  try {
    await context.configFile.modify((draft: ConfigInput) => void openBackends(draft).push(backend as never));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.where === "file" ? await refuse({}, [error.message]) : await refuse(byField(error.problems));
  }
  return doneAt(c, "/settings/connections", "added");
}
