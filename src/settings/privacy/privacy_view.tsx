import type { SettingsContext } from "../context.ts";
import { FileTrouble } from "../file_trouble.tsx";
import { FormView } from "../form/form_view.tsx";
import type { FormState } from "../form/save_form.ts";
import { Notice } from "../layout.tsx";
import { SavedNotice } from "../saved_notice.tsx";
import type { PageContext } from "../section.ts";
import { MeterPart } from "./meter_part.tsx";
import { ModePart } from "./mode_part.tsx";
import { limits, record, rules, surroundings } from "./privacy_fields.ts";

export type PrivacyForm = "rules" | "limits" | "surroundings" | "record";

interface PrivacyViewProps {
  c: PageContext;
  context: SettingsContext;
  states: Record<PrivacyForm, FormState>;
  known: { models: readonly string[]; apps: readonly string[] };
  /** Why what was commanded could not be done. */
  problem?: string;
}

const path = "/settings/privacy";

export function PrivacyView({ c, context, states, known, problem }: PrivacyViewProps) {
  const { csrf } = c.env;
  return (
    <>
      <SavedNotice c={c} />
      {problem !== undefined && <Notice kind="error">{problem}</Notice>}
      <FileTrouble context={context} />
      <ModePart csrf={csrf} context={context} />
      <section class="card">
        <h2>What stays on this machine</h2>
        <p class="note">
          In every mode. Where no local model can answer, such a request is refused; it never goes to a cloud.
        </p>
        <FormView action={`${path}/rules`} csrf={csrf} fields={rules} state={states.rules}>
          <Suggestions
            id="known-models"
            title="Models that are known"
            field="privacy.localModels"
            names={known.models}
          />
          <Suggestions
            id="known-apps"
            title="Programs that asked in the last month"
            field="privacy.localApps"
            names={known.apps}
          />
        </FormView>
      </section>
      <section class="card">
        <h2>How much the cloud may be used</h2>
        <MeterPart context={context} />
        <FormView action={`${path}/limits`} csrf={csrf} fields={limits} state={states.limits} />
      </section>
      <section class="card">
        <h2>On the road</h2>
        <FormView action={`${path}/surroundings`} csrf={csrf} fields={surroundings} state={states.surroundings} />
      </section>
      <section class="card">
        <h2>The record of use</h2>
        <RecordProblem context={context} />
        <FormView action={`${path}/record`} csrf={csrf} fields={record} state={states.record} />
        <p>
          <a class="button" href={`${path}/forget`}>Delete the record…</a>
        </p>
      </section>
    </>
  );
}

interface SuggestionsProps {
  id: string;
  title: string;
  /** The name of the field that a click adds to. */
  field: string;
  names: readonly string[];
}

/** Each a button that adds a line. Without a script it also saves the form. */
function Suggestions({ id, title, field, names }: SuggestionsProps) {
  if (names.length === 0) return null;
  return (
    <div class="suggestions" role="group" aria-labelledby={id}>
      <p class="note" id={id}>{title}; a click adds one:</p>
      <div class="row">
        {names.map((name) => (
          <button type="submit" name={`add:${field}`} value={name} data-add={field}>
            <span aria-hidden="true">+</span>
            {name}
          </button>
        ))}
      </div>
    </div>
  );
}

function RecordProblem({ context: { usage } }: { context: SettingsContext }) {
  const problem = usage.problem();
  return problem === null ? null : <Notice kind="warning">{problem}</Notice>;
}

/** Asked before anything is deleted. */
export function ForgetView({ csrf, problem }: { csrf: string; problem?: string }) {
  return (
    <section class="card">
      {problem !== undefined && <Notice kind="error">Nothing was deleted. {problem}.</Notice>}
      <p>
        Every row of the record of use is deleted for good: the plots and sums of the overview begin anew. The count of
        this month's cloud tokens stays.
      </p>
      <form method="post" action={`${path}/forget`} class="row">
        <input type="hidden" name="csrf" value={csrf} />
        <button type="submit" class="danger" id="forget-now">Delete the record for good</button>
        <a class="button" href={path}>Keep it</a>
      </form>
    </section>
  );
}
