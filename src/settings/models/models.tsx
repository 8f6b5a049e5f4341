import type { SettingsContext } from "../context.ts";
import { ButtonForm } from "../form/form_view.tsx";
import { liveParts } from "../live/live_parts.tsx";
import { doneAt } from "../saved_notice.tsx";
import type { PageContext, Section } from "../section.ts";
import { showPage } from "../show_page.tsx";
import { deleteModel, loadModel, type ModelAt, unloadModel } from "./manage_model.ts";
import type { Mapping } from "./mapping.ts";
import { Suggestions } from "./mappings_view.tsx";
import { Name } from "./model_name.tsx";
import { ModelList } from "./model_list.tsx";
import { showModels } from "./models_page.tsx";
import { Pulls } from "./pulls.ts";
import { localOllamas, PullsView } from "./pulls_view.tsx";
import { type MappingResult, removeMapping, saveMapping, type WasMapping } from "./save_mapping.ts";

const here = "/settings/models";

export const models: Section = {
  path: "models",
  title: "Models",
  addTo(app, context) {
    const pulls = new Pulls(context);
    app.get(here, (c) => showModels(c, context, { pulls }));
    app.get(`${here}/live`, (c) => live(c, context, pulls));
    app.post(`${here}/mapping`, async (c) => {
      const result = await saveMapping(context, sentMapping(c), wasMapping(c));
      return afterMapping(c, context, { pulls, result, done: "mapped" });
    });
    app.post(`${here}/mapping/remove`, async (c) => {
      const result = await removeMapping(context, sentMapping(c));
      return afterMapping(c, context, { pulls, result, done: "removed" });
    });
    app.post(`${here}/pull`, (c) => startPull(c, context, pulls));
    app.post(`${here}/pull/cancel`, (c) => {
      pulls.cancel(text(c, "id"));
      return backTo(c, "#get-model");
    });
    app.post(`${here}/pull/forget`, (c) => {
      pulls.forgetEnded();
      return backTo(c, "#get-model");
    });
    addManaging(app, context, pulls);
  },
};

function addManaging(app: Parameters<Section["addTo"]>[0], context: SettingsContext, pulls: Pulls): void {
  const routes = [["load", loadModel, "loaded"], ["unload", unloadModel, "unloaded"], [
    "delete",
    deleteModel,
    "deleted",
  ]] as const;
  for (const [path, manage, done] of routes) {
    app.post(`${here}/${path}`, async (c) => {
      const at = sentModel(c);
      const error = await manage(context, at, c.req.raw.signal);
      if (error === undefined) return doneAt(c, here, done);
      return showModels(c, context, { pulls, error: `${at.model} at ${at.backend}: ${error}`, status: 409 });
    });
  }
  app.get(`${here}/delete`, (c) => confirmDelete(c, context));
}

function live(c: PageContext, context: SettingsContext, pulls: Pulls): Response {
  const { csrf } = c.env;
  return liveParts(c, context, {
    render: () => ({
      "known-models": <ModelList context={context} csrf={csrf} />,
      pulls: <PullsView pulls={pulls.list} csrf={csrf} />,
      suggestions: <Suggestions state={context.store.state} now={context.clock.monotonic()} csrf={csrf} />,
    }),
    follow: (changed) => pulls.subscribe(changed),
  });
}

function text(c: PageContext, name: string): string {
  const value = c.env.form?.get(name);
  return typeof value === "string" ? value.trim() : "";
}

function backTo(c: PageContext, fragment: string): Response {
  return c.redirect(here + fragment, 303);
}

function sentModel(c: PageContext): ModelAt {
  return { backend: text(c, "backend"), model: text(c, "model") };
}

function sentMapping(c: PageContext): Mapping {
  return { name: text(c, "name"), backend: text(c, "backend"), model: text(c, "model") };
}

/** The mapping that the form was drawn with; a button that adds one carries none. */
function wasMapping(c: PageContext): WasMapping {
  try {
    const { name, backend, model } = JSON.parse(text(c, "was"));
    return [name, backend, model].every((one) => typeof one === "string") ? { name, backend, model } : null;
  } catch {
    return null;
  }
}

function afterMapping(
  c: PageContext,
  context: SettingsContext,
  { pulls, result, done }: { pulls: Pulls; result: MappingResult; done: string },
): Response | Promise<Response> {
  if (result.saved) return doneAt(c, here, done);
  return showModels(c, context, { pulls, mapping: result.state, status: result.status });
}

function startPull(c: PageContext, context: SettingsContext, pulls: Pulls): Response | Promise<Response> {
  const [model, to] = [text(c, "pull"), text(c, "to")];
  const problems: Record<string, string> = {};
  if (model === "") problems.pull = "must be named";
  if (model.length > 300) problems.pull = "has a name of at most 300 characters";
  if (!localOllamas(context.config()).some(({ id }) => id === to)) {
    problems.to = "must be an Ollama of this machine that is switched on";
  }
  if (Object.keys(problems).length > 0) {
    const values = { pull: model, to };
    return showModels(c, context, { pulls, pull: { values, was: values, problems, notices: [] }, status: 422 });
  }
  void pulls.start({ backend: to, model });
  return backTo(c, "#get-model");
}

function confirmDelete(c: PageContext, context: SettingsContext): Promise<Response> {
  const at = { backend: c.req.query("backend") ?? "", model: c.req.query("model") ?? "" };
  return showPage(
    c,
    context,
    { title: "Delete a model", path: "models" },
    <section class="card">
      <p>
        Delete <Name name={at.model} /> from{" "}
        <strong>{at.backend}</strong>? Its files are removed from the disk. To have it again it must be pulled again.
      </p>
      <div class="actions">
        <ButtonForm action={`${here}/delete`} csrf={c.env.csrf} values={at} kind="danger">Delete it</ButtonForm>
        <a class="button" href={here}>Keep it</a>
      </div>
    </section>,
  );
}
