import type { SettingsContext } from "../context.ts";
import type { FormState } from "../form/save_form.ts";
import { Notice } from "../layout.tsx";
import { SavedNotice } from "../saved_notice.tsx";
import type { PageContext } from "../section.ts";
import { showPage } from "../show_page.tsx";
import { ModelList } from "./model_list.tsx";
import { mappingAt } from "./mapping.ts";
import { Mappings, Suggestions } from "./mappings_view.tsx";
import type { Pulls } from "./pulls.ts";
import { localOllamas, PullForm, PullsView } from "./pulls_view.tsx";

/** What is shown in place of what the page shows by itself. */
export interface ModelsPageState {
  mapping?: FormState;
  pull?: FormState;
  /** Why something was not done. */
  error?: string;
  status?: 409 | 422 | 503;
}

const done: Readonly<Record<string, string>> = {
  loaded: "It is loaded: the next answer begins sooner.",
  unloaded: "Its memory is free.",
  deleted: "Deleted.",
  mapped: "Saved. Programs can use that name already.",
};

/** The whole page. */
export async function showModels(
  c: PageContext,
  context: SettingsContext,
  { pulls, ...state }: ModelsPageState & { pulls: Pulls },
): Promise<Response> {
  // What was pulled or loaded a moment ago is in the lists then.
  await context.models();
  const { csrf } = c.env;
  const config = context.config();
  const options = {
    title: "Models",
    path: "models",
    live: "/settings/models/live",
    scripts: ["models.js"],
    status: state.status,
  };
  const told = c.req.query("done") ?? "";
  return showPage(
    c,
    context,
    options,
    <>
      <SavedNotice c={c} />
      {Object.hasOwn(done, told) && <Notice kind="ok" id="done">{done[told]}</Notice>}
      {state.error && <Notice kind="error">{state.error}</Notice>}
      <section class="card" aria-labelledby="all-models">
        <h2 id="all-models">All models</h2>
        <div class="field" data-needs-script hidden>
          <label for="find">Search</label>
          <input
            type="search"
            id="find"
            autocomplete="off"
            spellcheck={false}
            placeholder="A name, a connection, loaded"
          />
        </div>
        <ModelList context={context} csrf={csrf} />
      </section>
      <section class="card" aria-labelledby="get-model">
        <h2 id="get-model">Get a model</h2>
        <PullForm config={config} csrf={csrf} form={state.pull ?? freshPull(context)} />
        <PullsView pulls={pulls.list} csrf={csrf} />
      </section>
      <section class="card" aria-labelledby="own-names">
        <h2 id="own-names">Names of your own</h2>
        <p class="help">
          A connection that lacks a model can answer with another one: then the next connection really stands in when
          the first is away.
        </p>
        <Suggestions state={context.store.state} now={context.clock.monotonic()} csrf={csrf} />
        <Mappings
          config={config}
          state={context.store.state}
          csrf={csrf}
          form={state.mapping ?? askedMapping(c, context)}
        />
      </section>
    </>,
  );
}

function freshPull(context: SettingsContext): FormState {
  const values = { pull: null, to: localOllamas(context.config())[0]?.id ?? null };
  return { values, was: values, problems: {}, notices: [] };
}

/** The form for the mapping that the address names; an empty one otherwise. */
function askedMapping(c: PageContext, context: SettingsContext): FormState {
  const at = { name: c.req.query("name") ?? "", backend: c.req.query("backend") ?? "" };
  const mapping = mappingAt(context.config(), at);
  const values = { name: null, backend: null, model: null, ...mapping };
  return { values, was: { ...mapping }, problems: {}, notices: [] };
}
