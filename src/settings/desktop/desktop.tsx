import type { SettingsContext } from "../context.ts";
import { messageOf } from "../../core/errors.ts";
import { addConfigForms, freshForms } from "../form/config_forms.ts";
import type { Values } from "../form/field.ts";
import type { FormState } from "../form/save_form.ts";
import { liveParts } from "../live/live_parts.tsx";
import { doneAt } from "../saved_notice.tsx";
import type { PageContext, Section } from "../section.ts";
import { showPage } from "../show_page.tsx";
import { advanced, appearance, listening } from "./desktop_fields.ts";
import { DesktopView } from "./desktop_view.tsx";
import { LoginStartPart } from "./login_start_part.tsx";

const path = "/settings/desktop";
const forms = { appearance, listening, advanced };

/** Tray, notifications, start at login; and how programs reach the daemon. */
export const desktop: Section = {
  path: "desktop",
  title: "Desktop",
  addTo(app, context) {
    const { loginStart } = context;
    const show = async (
      c: PageContext,
      states: Record<keyof typeof forms, FormState>,
      { status, loginProblem }: { status?: 200 | 409 | 422; loginProblem?: string } = {},
    ) => {
      const isLoginStart = await loginStart.isEnabled();
      const view = <DesktopView {...{ c, context, states, isLoginStart, loginProblem }} />;
      return await showPage(c, context, { title: "Desktop", path: "desktop", live: `${path}/live`, status }, view);
    };
    app.get(`${path}/live`, (c) =>
      liveParts(c, context, {
        render: async () => ({
          "login-start": <LoginStartPart csrf={c.env.csrf} isEnabled={await loginStart.isEnabled()} />,
        }),
      }));
    app.post(`${path}/login-start`, async (c) => {
      try {
        await loginStart.set(c.env.form?.get("on") === "yes");
      } catch (error) {
        return await show(c, await freshForms(context, forms), { status: 422, loginProblem: messageOf(error) });
      }
      return doneAt(c, path);
    });
    app.get(`${path}/login-start`, (c) => c.redirect(path, 303));
    addConfigForms(app, context, {
      path,
      forms,
      beforeSave: (changed) => keyWithoutValue(context, changed),
      // Whether that waits for a restart is said beside the form.
      said: { listening: "written" },
      show: (c, states, status) => show(c, states, { status }),
    });
  },
};

/** A key that is asked for and that nobody can have would lock every program out, this moment. */
async function keyWithoutValue({ secrets }: SettingsContext, changed: Values): Promise<Record<string, string>> {
  const name = changed["listen.clientKey"];
  if (typeof name !== "string") return {};
  const isThere = (await secrets.list()).some((secret) => secret.name === name && secret.home !== null);
  if (isThere) return {};
  return { "listen.clientKey": `has no value yet; give it one first with: cloudtolocalllm secret set ${name}` };
}
