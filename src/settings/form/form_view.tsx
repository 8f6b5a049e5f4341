import type { PropsWithChildren } from "@hono/hono/jsx";
import { Notice } from "../layout.tsx";
import type { Field } from "./field.ts";
import { FieldView } from "./field_view.tsx";
import type { FormState } from "./save_form.ts";

type FormViewProps = PropsWithChildren<{
  action: string;
  csrf: string;
  fields: readonly Field[];
  state: FormState;
  /** What the button says. */
  submit?: string;
}>;

/** A form that works without a script. `children` come after the fields, before the button. */
export function FormView({ action, csrf, fields, state, submit = "Save", children }: FormViewProps) {
  return (
    <form method="post" action={action} data-save novalidate>
      <FormProblems state={state} />
      <Hidden csrf={csrf} />
      <input type="hidden" name="was" value={JSON.stringify(state.was)} />
      {fields.map((field) => <FieldView field={field} state={state} />)}
      {children}
      <p class="actions">
        <button type="submit" class="primary">{submit}</button>
      </p>
    </form>
  );
}

/** What is wrong with the form as a whole. */
export function FormProblems({ state: { problems, notices } }: { state: FormState }) {
  if (notices.length > 0) return <Notice kind="error">{notices.map((notice) => <p>{notice}.</p>)}</Notice>;
  if (Object.keys(problems).length === 0) return null;
  return <Notice kind="error">Nothing was saved: look at what is marked below.</Notice>;
}

/** What every form carries. */
export function Hidden({ csrf }: { csrf: string }) {
  return <input type="hidden" name="csrf" value={csrf} />;
}

type ButtonFormProps = PropsWithChildren<{
  action: string;
  csrf: string;
  /** Sent with it. */
  values?: Record<string, string>;
  label?: string;
  kind?: "plain" | "danger" | "primary";
  id?: string;
  disabled?: boolean;
}>;

/** A button that does one thing. `label` is for who cannot see what it stands beside. */
export function ButtonForm(
  { action, csrf, values = {}, label, kind = "plain", id, disabled, children }: ButtonFormProps,
) {
  return (
    <form method="post" action={action} class="button-form">
      <Hidden csrf={csrf} />
      {Object.entries(values).map(([name, value]) => <input type="hidden" name={name} value={value} />)}
      <button type="submit" class={kind} aria-label={label} id={id} disabled={disabled}>{children}</button>
    </form>
  );
}
