import type { BackendConfig, Config } from "../../config/schema.ts";
import type { Field } from "../form/field.ts";
import { ButtonForm, FormView } from "../form/form_view.tsx";
import type { FormState } from "../form/save_form.ts";
import { byteSize } from "./byte_size.ts";
import { Name } from "./model_name.tsx";
import { pulledBytes, pullErrorWords } from "./pull_progress.ts";
import type { Pull } from "./pulls.ts";

/** Where models can be pulled to and deleted from: Ollamas of this machine or its network. */
export function localOllamas({ backends }: Pick<Config, "backends">): BackendConfig[] {
  return backends.filter(({ kind, location, enabled }) => kind === "ollama" && location === "local" && enabled);
}

/** What the form asks for. */
export function pullFields(config: Pick<Config, "backends">): Field[] {
  const locals = localOllamas(config);
  return [
    {
      keys: ["pull"],
      label: "Model",
      help: "A name from ollama.com/library, such as llama3.2 or qwen2.5-coder:7b.",
      input: { kind: "text", placeholder: "llama3.2" },
    },
    {
      keys: ["to"],
      label: "Pull it to",
      input: { kind: "choice", options: locals.map(({ id, url }) => [id, `${id} (${new URL(url).host})`]) },
    },
  ];
}

export function PullForm({ config, csrf, form }: { config: Config; csrf: string; form: FormState }) {
  if (localOllamas(config).length === 0) {
    return (
      <p class="empty">
        Models are pulled to an Ollama of this machine, and none is set up. Add one at{" "}
        <a href="/settings/connections">Connections</a>.
      </p>
    );
  }
  return <FormView action="/settings/models/pull" csrf={csrf} fields={pullFields(config)} state={form} submit="Pull" />;
}

/** The pulls that run and those that have ended; a live part of the page. */
export function PullsView({ pulls, csrf }: { pulls: readonly Pull[]; csrf: string }) {
  const isRunning = pulls.some(({ state }) => state === "running");
  return (
    <div id="pulls">
      {pulls.length > 0 && <ul class="pulls">{pulls.map((pull) => <PullRow pull={pull} csrf={csrf} />)}</ul>}
      {isRunning && <p class="note unscripted">Load this page again to see how far it is.</p>}
      {pulls.some(({ state }) => state !== "running") && (
        <ButtonForm action="/settings/models/pull/forget" csrf={csrf} id="forget-pulls">
          Clear what has ended
        </ButtonForm>
      )}
    </div>
  );
}

function PullRow({ pull, csrf }: { pull: Pull; csrf: string }) {
  const { id, backend, model, state } = pull;
  const label = `${model} to ${backend}`;
  const again = { pull: model, to: backend };
  return (
    <li class="pull">
      <div class="row between">
        <span>
          <Name name={model} /> to <strong>{backend}</strong>
        </span>
        {state === "running" && (
          <ButtonForm
            action="/settings/models/pull/cancel"
            csrf={csrf}
            values={{ id }}
            id={`cancel-${id}`}
            label={`Cancel the pull of ${label}`}
          >
            Cancel
          </ButtonForm>
        )}
        {(state === "failed" || state === "cancelled") && (
          <ButtonForm
            action="/settings/models/pull"
            csrf={csrf}
            values={again}
            id={`again-${id}`}
            label={`Try again: pull ${label}`}
          >
            Try again
          </ButtonForm>
        )}
      </div>
      <PullState pull={pull} />
    </li>
  );
}

function PullState({ pull }: { pull: Pull }) {
  switch (pull.state) {
    case "running":
      return <Running pull={pull} />;
    case "done":
      return <p class="note" role="status">Done: programs can use it now.</p>;
    case "cancelled":
      return <p class="note" role="status">Cancelled. What has come is kept: trying again goes on from there.</p>;
    case "failed":
      return <p class="problem" role="alert">{pullErrorWords(pull.error ?? "It failed", pull)}</p>;
  }
}

function Running({ pull: { progress, model } }: { pull: Pull }) {
  const bytes = pulledBytes(progress);
  const step = progress.step || "Asking for it";
  if (!bytes || bytes.total === 0) {
    return (
      <>
        <progress aria-label={`Pulling ${model}`}></progress>
        <p class="note">{step}</p>
      </>
    );
  }
  const percent = Math.floor((bytes.completed / bytes.total) * 100);
  return (
    <>
      <progress max={100} value={percent} aria-label={`Pulling ${model}`}></progress>
      <p class="note">
        {percent} %, {byteSize(bytes.completed)} of {byteSize(bytes.total)} · {step}
      </p>
    </>
  );
}
