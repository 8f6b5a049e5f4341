import type { SettingsContext } from "../context.ts";
import { FieldView } from "../form/field_view.tsx";
import { ButtonForm, FormProblems, Hidden } from "../form/form_view.tsx";
import { type FormState, freshForm, saveForm } from "../form/save_form.ts";
import { Notice } from "../layout.tsx";
import { doneAt, SavedNotice } from "../saved_notice.tsx";
import type { PageContext, SettingsApp } from "../section.ts";
import { showPage } from "../show_page.tsx";
import { advancedFields, allFields, backendTarget, connectionFields } from "./connection_fields.ts";
import { missingToken, saveToken, sentToken } from "./save_token.ts";
import { TokenField } from "./token_field.tsx";

const path = "/settings/connections/edit";

/** Changing a connection, its token, and taking it out. */
export function addEditing(app: SettingsApp, context: SettingsContext): void {
  app.get(`${path}/:id`, (c) => show(c, context));
  app.post(`${path}/:id`, (c) => save(c, context));
  app.post("/settings/connections/forget-token/:id", (c) => forgetToken(c, context));
}

async function show(
  c: PageContext,
  context: SettingsContext,
  { state, status }: { state?: FormState; status?: 409 | 422 } = {},
) {
  const id = c.req.param("id")!;
  const backend = context.config().backends.find((one) => one.id === id);
  if (!backend) {
    const gone = <Notice kind="error">There is no connection “{id}”, or not any more.</Notice>;
    return await showPage(c, context, { title: "Edit a connection", path: "connections", status: 404 }, gone);
  }
  const shown = state ?? freshForm(allFields, backend);
  const isAdvancedOpen = advancedFields.some(({ keys }) => Object.hasOwn(shown.problems, keys.join(".")));
  return await showPage(
    c,
    context,
    { title: `Edit ${id}`, path: "connections", status },
    <>
      <SavedNotice c={c} />
      <form method="post" action={`${path}/${id}`} class="card" data-save novalidate>
        <FormProblems state={shown} />
        <Hidden csrf={c.env.csrf} />
        <input type="hidden" name="was" value={JSON.stringify(shown.was)} />
        {connectionFields.map((field) => <FieldView field={field} state={shown} />)}
        <Token c={c} context={context} name={backend.secret} problem={shown.problems.token} />
        <details open={isAdvancedOpen}>
          <summary>Advanced</summary>
          {advancedFields.map((field) => <FieldView field={field} state={shown} />)}
        </details>
        <p class="actions">
          <button type="submit" class="primary">Save</button>
          <a class="button" href="/settings/connections">Back</a>
        </p>
      </form>
      <Ends c={c} id={id} secret={backend.secret} />
    </>,
  );
}

interface TokenProps {
  c: PageContext;
  context: SettingsContext;
  name: string | null;
  problem?: string;
}

async function Token({ c, context: { secrets }, name, problem }: TokenProps) {
  const options = { signal: c.req.raw.signal };
  const [keyring, known] = await Promise.all([secrets.keyring(options), secrets.list(options)]);
  const status = known.find((one) => one.name === name);
  return <TokenField status={status} keyring={keyring} file={secrets.file} problem={problem} />;
}

/** What cannot be taken back asks once more, without a script too. */
function Ends({ c, id, secret }: { c: PageContext; id: string; secret: string | null }) {
  const { csrf } = c.env;
  return (
    <section class="card" aria-labelledby="ends">
      <h2 id="ends">Forget and remove</h2>
      {secret !== null && (
        <details>
          <summary>Forget the token</summary>
          <p>It goes from the keyring and from the file; {id} cannot be asked without it.</p>
          <ButtonForm action={`/settings/connections/forget-token/${id}`} csrf={csrf} kind="danger">
            Forget the token
          </ButtonForm>
        </details>
      )}
      <details>
        <summary>Remove this connection</summary>
        <p>Its settings go. Its token stays until you forget it.</p>
        <ButtonForm action={`/settings/connections/remove/${id}`} csrf={csrf} kind="danger">Remove {id}</ButtonForm>
      </details>
    </section>
  );
}

async function save(c: PageContext, context: SettingsContext) {
  const id = c.req.param("id")!;
  const form = c.env.form!;
  const token = sentToken(form);
  const { signal } = c.req.raw;
  const named = context.config().backends.find((one) => one.id === id)?.secret ?? null;
  // Who types a token need not think of a name for it.
  if (token !== undefined && !String(form.get("secret") ?? "").trim()) form.set("secret", named ?? id);
  const name = String(form.get("secret") ?? "").trim();
  const result = await saveForm(context, form, {
    fields: allFields,
    target: backendTarget(id),
    async beforeSave(): Promise<Record<string, string>> {
      const missing = missingToken(form);
      if (missing !== undefined) return { token: missing };
      if (token === undefined) return {};
      const problem = await saveToken(context, name, { token, form, signal });
      return problem === undefined ? {} : { token: problem };
    },
  });
  return result.saved ? doneAt(c, `${path}/${id}`) : await show(c, context, result);
}

async function forgetToken(c: PageContext, context: SettingsContext) {
  const id = c.req.param("id")!;
  const name = context.config().backends.find((one) => one.id === id)?.secret;
  if (name) await context.secrets.delete(name, { signal: c.req.raw.signal });
  return doneAt(c, `${path}/${id}`, "token_forgotten");
}
