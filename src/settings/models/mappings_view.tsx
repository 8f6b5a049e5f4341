import type { Config } from "../../config/schema.ts";
import type { AppState } from "../../state/app_state.ts";
import { clientNames } from "../../state/status_report.ts";
import type { Field } from "../form/field.ts";
import { ButtonForm, FormView } from "../form/form_view.tsx";
import type { FormState } from "../form/save_form.ts";
import { type Mapping, mappingsOf } from "./mapping.ts";
import { Name } from "./model_name.tsx";
import { type StandInGap, standInGaps } from "./mapping_suggestions.ts";

/** Suggested names; browsers slow down with more. */
const maxNames = 1_000;

interface MappingsProps {
  config: Config;
  state: AppState;
  csrf: string;
  form: FormState;
}

/** The names that the user gave models, and the form that adds or changes one. */
export function Mappings({ config, state, csrf, form }: MappingsProps) {
  const mappings = mappingsOf(config);
  const isChange = typeof form.was.name === "string";
  return (
    <>
      {mappings.length === 0
        ? <p class="empty">You have given no model another name yet.</p>
        : <ul class="sentences">{mappings.map((mapping) => <MappingRow mapping={mapping} csrf={csrf} />)}</ul>}
      <div id="mapping">
        <h3>{isChange ? "Change this name" : "Add a name"}</h3>
        <FormView
          action="/settings/models/mapping"
          csrf={csrf}
          fields={mappingFields(config, state)}
          state={form}
          submit={isChange ? "Save" : "Add"}
        >
          {isChange && (
            <p>
              <a href="/settings/models#mapping">Add another one instead</a>
            </p>
          )}
        </FormView>
      </div>
    </>
  );
}

function MappingRow({ mapping, csrf }: { mapping: Mapping; csrf: string }) {
  const { name, backend, model } = mapping;
  const values = { ...mapping };
  return (
    <li class="sentence">
      <MappingWords mapping={mapping} />
      <div class="place-actions">
        <a
          class="button"
          href={`/settings/models?${new URLSearchParams({ name, backend })}#mapping`}
          aria-label={`Change what ${backend} is asked for when a program asks for ${name}`}
        >
          Change
        </a>
        <ButtonForm
          action="/settings/models/mapping/remove"
          csrf={csrf}
          values={values}
          label={`Remove the name ${name} at ${backend}, which stands for ${model}`}
        >
          Remove
        </ButtonForm>
      </div>
    </li>
  );
}

function MappingWords({ mapping: { name, backend, model } }: { mapping: Mapping }) {
  return (
    <span>
      When a program asks for <Name name={name} />, ask <strong>{backend}</strong> for <Name name={model} />.
    </span>
  );
}

/** What the form asks for; the lists of models are suggestions only. */
export function mappingFields({ backends }: Config, state: AppState): Field[] {
  const listed = state.backends.flatMap(({ models = [] }) => models.map(({ name }) => name));
  const asked = state.backends.flatMap(clientNames);
  const isUnambiguous = backends.length === 1;
  return [
    {
      keys: ["name"],
      label: "Name that programs ask for",
      help: "As it stands in your program, such as llama3.2.",
      input: { kind: "text", suggestions: suggested(asked), placeholder: "llama3.2" },
    },
    {
      keys: ["backend"],
      label: "Connection to ask",
      input: {
        kind: "choice",
        options: [
          ...(isUnambiguous ? [] : [["", "Choose a connection"] as const]),
          ...backends.map(({ id, location }) => [id, `${id} (${location})`] as const),
        ],
      },
    },
    {
      keys: ["model"],
      label: "Model to ask it for",
      help: "As that connection calls it.",
      input: { kind: "text", suggestions: suggested(listed), placeholder: "meta-llama/llama-3.2-3b-instruct" },
    },
  ];
}

function suggested(names: readonly string[]): string[] {
  return [...new Set(names)].sort().slice(0, maxNames);
}

/** What a stand-in lacks, with what might answer in its place; a live part of the page. */
export function Suggestions({ state, now, csrf }: { state: AppState; now: number; csrf: string }) {
  const gaps = standInGaps(state, now);
  return <div id="suggestions">{gaps.map((gap) => <Gap gap={gap} csrf={csrf} />)}</div>;
}

function Gap({ gap, csrf }: { gap: StandInGap; csrf: string }) {
  const { first, standIn, has, of, suggestions } = gap;
  return (
    <div class="notice info">
      <p>
        {standIn} stands in for {first}, and has {has === 0 ? "none" : `${has} of ${of}`} of its models.{" "}
        {suggestions.length === 0
          ? "Nothing that it has comes near to the others; name one below if you know better."
          : "These come nearest to what it lacks:"}
      </p>
      {suggestions.length > 0 && (
        <ul class="sentences">
          {suggestions.map((mapping) => (
            <li class="sentence">
              <MappingWords mapping={mapping} />
              <ButtonForm
                action="/settings/models/mapping"
                csrf={csrf}
                values={{ ...mapping }}
                id={`use-${standIn}-${mapping.name}`}
                label={`Use it: ${mapping.model} at ${standIn} when a program asks for ${mapping.name}`}
              >
                Use it
              </ButtonForm>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
