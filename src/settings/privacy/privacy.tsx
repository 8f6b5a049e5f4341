import { ConfigError } from "../../config/config_error.ts";
import { messageOf } from "../../core/errors.ts";
import { routeModes } from "../../core/types.ts";
import type { SettingsContext } from "../context.ts";
import { addConfigForms, freshForms } from "../form/config_forms.ts";
import type { FormState } from "../form/save_form.ts";
import { liveParts } from "../live/live_parts.tsx";
import { doneAt } from "../saved_notice.tsx";
import type { PageContext, Section, SettingsApp } from "../section.ts";
import { showPage } from "../show_page.tsx";
import { knownApps, knownModels } from "./known_names.ts";
import { MeterPart } from "./meter_part.tsx";
import { ModePart } from "./mode_part.tsx";
import { limits, record, rules, surroundings } from "./privacy_fields.ts";
import { ForgetView, type PrivacyForm, PrivacyView } from "./privacy_view.tsx";
import { withAddedLines } from "./with_added_lines.ts";

const path = "/settings/privacy";
const title = "Privacy and limits";
const forms = { rules, limits, surroundings, record };
const hourMs = 3_600_000;

/** What may leave this machine, how much of it, and what is remembered. */
export const privacy: Section = {
  path: "privacy",
  title,
  addTo(app, context) {
    addConfigForms(app, context, {
      path,
      forms,
      read: withAddedLines,
      show: (c, states, status) => show(c, context, { states, status }),
    });
    addCommands(app, context);
    addForget(app, context);
    app.get(`${path}/live`, (c) =>
      liveParts(c, context, {
        render: () => ({
          mode: <ModePart csrf={c.env.csrf} context={context} />,
          meter: <MeterPart context={context} />,
        }),
      }));
  },
};

interface Shown {
  states: Record<PrivacyForm, FormState>;
  status?: 200 | 409 | 422;
  problem?: string;
}

async function show(c: PageContext, context: SettingsContext, { states, status, problem }: Shown): Promise<Response> {
  const lines = (name: string) => (states.rules.values[name] ?? []) as string[];
  const known = {
    models: knownModels(context, lines("privacy.localModels")),
    apps: await knownApps(context, lines("privacy.localApps")),
  };
  const options = { title, path: "privacy", live: `${path}/live`, scripts: ["privacy.js"], status };
  return await showPage(c, context, options, <PrivacyView {...{ c, context, states, known, problem }} />);
}

/** The mode and the pause: in force at once, without a form to save. */
function addCommands(app: SettingsApp, context: SettingsContext): void {
  const { commands } = context;
  const carryOut = async (c: PageContext, command: () => Promise<void>) => {
    try {
      await command();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return await show(c, context, { states: await freshForms(context, forms), status: 422, problem: error.message });
    }
    return doneAt(c, path);
  };
  app.post(`${path}/mode`, (c) => {
    const mode = routeModes.find((mode) => mode === c.env.form?.get("mode"));
    return mode ? carryOut(c, () => commands.setMode(mode)) : c.redirect(path, 303);
  });
  app.post(`${path}/pause`, (c) => {
    const actions: Record<string, () => Promise<void>> = {
      hour: () => commands.pauseCloud(hourMs),
      good: () => commands.pauseCloud(),
      over: () => commands.resumeCloud(),
    };
    const wanted = String(c.env.form?.get("for"));
    return Object.hasOwn(actions, wanted) ? carryOut(c, actions[wanted]) : c.redirect(path, 303);
  });
  for (const name of ["mode", "pause"]) app.get(`${path}/${name}`, (c) => c.redirect(path, 303));
}

/** Deleting the record of use, which asks first. */
function addForget(app: SettingsApp, context: SettingsContext): void {
  const ask = (c: PageContext, problem?: string) =>
    showPage(
      c,
      context,
      { title: "Delete the record of use?", path: "privacy", status: problem === undefined ? 200 : 503 },
      <ForgetView csrf={c.env.csrf} problem={problem} />,
    );
  app.get(`${path}/forget`, (c) => ask(c));
  app.post(`${path}/forget`, async (c) => {
    try {
      await context.usage.clear();
    } catch (error) {
      return await ask(c, messageOf(error));
    }
    return doneAt(c, path, "forgotten");
  });
}
