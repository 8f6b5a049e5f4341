import { ConfigError } from "../../config/config_error.ts";
import type { Config } from "../../config/schema.ts";
import type { SettingsContext } from "../context.ts";
import { doneAt } from "../saved_notice.tsx";
import type { PageContext, SettingsApp } from "../section.ts";
import type { Field } from "./field.ts";
import { type FormState, freshForm, saveForm, type SaveOptions, wholeConfig } from "./save_form.ts";

/** The forms of one page that change the configuration, each under a name of its own. */
export interface ConfigForms<Name extends string> {
  /** Address of the page; a form is sent to `<path>/<its name>`. */
  path: string;
  forms: Readonly<Record<Name, readonly Field[]>>;
  /** Makes a form out of what was sent. Default: it is one. */
  read?(sent: FormData): FormData;
  /** Looks at a change before it is written (save_form.ts). Default: nothing speaks against it. */
  beforeSave?: SaveOptions["beforeSave"];
  /** What is said after a form was saved (saved_notice.tsx). Default: that it is in force. */
  said?: Partial<Record<Name, string>>;
  /** Draws the page with its forms. */
  show(c: PageContext, states: Record<Name, FormState>, status?: 200 | 409 | 422): Promise<Response>;
}

/** Adds the page and the routes that its forms are sent to. A form that was refused comes back as it was sent. */
export function addConfigForms<Name extends string>(
  app: SettingsApp,
  context: SettingsContext,
  { path, forms, read = (sent) => sent, beforeSave, said = {}, show }: ConfigForms<Name>,
): void {
  app.get(path, async (c) => await show(c, await freshForms(context, forms)));
  for (const name of Object.keys(forms) as Name[]) {
    // Whoever loads the address of a refused form again.
    app.get(`${path}/${name}`, (c) => c.redirect(path, 303));
    app.post(`${path}/${name}`, async (c) => {
      const result = await saveForm(context, read(c.env.form ?? new FormData()), {
        fields: forms[name],
        target: wholeConfig,
        beforeSave,
      });
      if (result.saved) return doneAt(c, path, said[name]);
      return await show(c, { ...await freshForms(context, forms), [name]: result.state }, result.status);
    });
  }
}

/** Every form as the file says; as the daemon runs where the file cannot be used. */
export async function freshForms<Name extends string>(
  context: Pick<SettingsContext, "config" | "configFile">,
  forms: Readonly<Record<Name, readonly Field[]>>,
): Promise<Record<Name, FormState>> {
  const source = await writtenConfig(context);
  const entries = (Object.keys(forms) as Name[]).map((name) => [name, freshForm(forms[name], source)]);
  return Object.fromEntries(entries);
}

async function writtenConfig({ config, configFile }: Pick<SettingsContext, "config" | "configFile">): Promise<Config> {
  try {
    return (await configFile.snapshot()).config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return config();
  }
}
