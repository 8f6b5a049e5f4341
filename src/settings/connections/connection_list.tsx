import type { Config } from "../../config/schema.ts";
import type { BackendStatus, StatusReport } from "../../state/status.ts";
import { ButtonForm } from "../form/form_view.tsx";
import { orderOf } from "./order.ts";

interface ListProps {
  report: StatusReport;
  config: Config;
  csrf: string;
}

const groups = [
  { location: "local", title: "On your machines", none: "None yet." },
  { location: "cloud", title: "In the cloud", none: "None yet: when your own machine is away, nothing answers." },
] as const;

/** Every connection, in the order in which they are asked; drawn anew as their state changes. */
export function ConnectionList({ report, config, csrf }: ListProps) {
  return (
    <div id="connection-list">
      {groups.map(({ location, title, none }) => {
        const order = orderOf(config.backends, location);
        return (
          <section class="card" aria-labelledby={`group-${location}`}>
            <h2 id={`group-${location}`}>{title}</h2>
            {order.length === 0 && <p class="empty">{none}</p>}
            <ol class="connections" data-location={location}>
              {order.map((id, index) => {
                const backend = report.backends.find((one) => one.id === id);
                return backend && (
                  <Item backend={backend} report={report} csrf={csrf} place={{ index, of: order.length }} />
                );
              })}
            </ol>
          </section>
        );
      })}
    </div>
  );
}

interface ItemProps {
  backend: BackendStatus;
  report: StatusReport;
  csrf: string;
  place: { index: number; of: number };
}

function Item({ backend, report, csrf, place }: ItemProps) {
  const { id, url, enabled, reason } = backend;
  return (
    <li id={`connection-${id}`} class="connection" data-id={id}>
      <div class="row between">
        <h3 class="row">
          <span class="handle" aria-hidden="true" title="Drag to change the order" data-needs-script hidden>⠿</span>
          {id}
          <HealthPill backend={backend} isActive={report.active === id} />
        </h3>
        <div class="row">
          <Order id={id} csrf={csrf} place={place} />
        </div>
      </div>
      <p class="mono muted wrap">{url}</p>
      {reason && <p class={backend.health === "disabled" ? "muted" : "reason"}>{reason}.</p>}
      <p class="muted">{figures(backend)}</p>
      <div class="row">
        <a class="button" id={`edit-${id}`} href={`/settings/connections/edit/${id}`}>
          Edit<span class="visually-hidden">{id}</span>
        </a>
        <form method="post" action={`/settings/connections/test/${id}`} class="button-form" data-test={id}>
          <input type="hidden" name="csrf" value={csrf} />
          <button type="submit" id={`test-${id}`} aria-label={`Test ${id}`}>Test</button>
        </form>
        <ButtonForm
          action={`/settings/connections/enable/${id}`}
          csrf={csrf}
          values={{ enabled: enabled ? "no" : "yes" }}
          label={`${enabled ? "Switch off" : "Switch on"} ${id}`}
          id={`enable-${id}`}
        >
          {enabled ? "Switch off" : "Switch on"}
        </ButtonForm>
      </div>
    </li>
  );
}

function Order({ id, csrf, place: { index, of } }: { id: string; csrf: string; place: ItemProps["place"] }) {
  if (of < 2) return null;
  const action = `/settings/connections/move/${id}`;
  return (
    <>
      <ButtonForm
        action={action}
        csrf={csrf}
        values={{ to: String(index - 1) }}
        label={`Ask ${id} earlier`}
        id={`up-${id}`}
        disabled={index === 0}
      >
        ↑
      </ButtonForm>
      <ButtonForm
        action={action}
        csrf={csrf}
        values={{ to: String(index + 1) }}
        label={`Ask ${id} later`}
        id={`down-${id}`}
        disabled={index === of - 1}
      >
        ↓
      </ButtonForm>
    </>
  );
}

const healthWords: Readonly<Record<BackendStatus["health"], string>> = {
  up: "Up",
  unknown: "Not checked yet",
  down: "Down",
  misconfigured: "Needs you",
  ejected: "Left alone",
  disabled: "Not used",
};

/** Health in a word; who answers now is told apart. */
export function HealthPill({ backend, isActive }: { backend: BackendStatus; isActive: boolean }) {
  return (
    <span class={`pill ${backend.health}`}>
      <span class="dot" aria-hidden="true"></span>
      {isActive ? "Answers now" : healthWords[backend.health]}
    </span>
  );
}

function figures({ models, version, latencyMs, kind }: BackendStatus): string {
  const kinds = { ollama: "Ollama", openai: "OpenAI-compatible", cloudtolocalllm: "CloudToLocalLLM proxy" };
  return [
    `${kinds[kind]}${version ? ` ${version}` : ""}`,
    ...(models.length > 0 ? [`${models.length} model${models.length === 1 ? "" : "s"}`] : []),
    ...(latencyMs === null ? [] : [`${Math.max(1, Math.round(latencyMs))} ms`]),
  ].join(" · ");
}
