import type { SettingsContext } from "../context.ts";
import { ButtonForm } from "../form/form_view.tsx";
import { byteSize } from "./byte_size.ts";
import { PlainName } from "./model_name.tsx";
import { isUsable, type ModelRow, modelRows, type PlaceRow } from "./model_rows.ts";

interface ModelListProps {
  context: Pick<SettingsContext, "store" | "clock">;
  csrf: string;
}

/** Every model with the places that have it; a live part of the page. */
export function ModelList({ context: { store, clock }, csrf }: ModelListProps) {
  const rows = modelRows(store.state, clock.monotonic());
  if (rows.length === 0) {
    return (
      <div id="known-models">
        <p class="empty">
          No connection has told of a model yet. Get one below, or look at{" "}
          <a href="/settings/connections">Connections</a>.
        </p>
      </div>
    );
  }
  return (
    <div id="known-models">
      <p class="note" id="model-count" role="status" data-all={countWords(rows)}>{countWords(rows)}</p>
      <div class="scroll model-scroll" tabindex={0} role="region" aria-label="List of models">
        <ul class="models">{rows.map((row) => <Model row={row} csrf={csrf} />)}</ul>
      </div>
    </div>
  );
}

function countWords(rows: readonly ModelRow[]): string {
  const usable = rows.filter(isUsable).length;
  const others = rows.length - usable;
  const words = `${usable} ${usable === 1 ? "model" : "models"} can be used now`;
  return others === 0 ? `${words}.` : `${words}, ${others} more ${others === 1 ? "is" : "are"} known.`;
}

function Model({ row, csrf }: { row: ModelRow; csrf: string }) {
  return (
    <li class={`model ${isUsable(row) ? "" : "unusable"}`} data-find={findWords(row)}>
      <h3>
        <PlainName name={row.name} />
      </h3>
      <ul class="places">{row.places.map((place) => <Place place={place} name={row.name} csrf={csrf} />)}</ul>
    </li>
  );
}

/** What the search looks in. */
function findWords({ name, places }: ModelRow): string {
  const words = places.flatMap(({ backend, location, model, isLoaded }) => [
    backend,
    location,
    model,
    isLoaded ? "loaded" : "",
  ]);
  return [...new Set([name, ...words])].join(" ").toLowerCase();
}

function Place({ place, name, csrf }: { place: PlaceRow; name: string; csrf: string }) {
  const { backend, location, unusable } = place;
  return (
    <li class={unusable === undefined ? "place" : "place unusable"}>
      <span class={`tag ${location}`}>{location}</span>
      <strong>{backend}</strong>
      {place.model !== name && (
        <span class="muted">
          as <PlainName name={place.model} />
        </span>
      )}
      {facts(place).map((fact) => <span class="muted">{fact}</span>)}
      {place.isLoaded && <span class="tag loaded">loaded</span>}
      {unusable !== undefined && <span class="why">Cannot be used there now: {unusable}</span>}
      {isManaged(place) && <PlaceActions place={place} csrf={csrf} />}
    </li>
  );
}

function facts({ parameters, sizeBytes, isPassedOn, isMapped, isListed }: PlaceRow): string[] {
  return [
    ...(parameters ? [parameters] : []),
    ...(sizeBytes ? [byteSize(sizeBytes)] : []),
    ...(isPassedOn ? ["runs in the cloud"] : []),
    ...(isMapped ? ["your own name"] : []),
    ...(isMapped && !isListed ? ["not in its list"] : []),
  ];
}

/** What lies on a disk of this machine's Ollama can be loaded and deleted. */
function isManaged({ kind, location, isListed, isMapped, unusable }: PlaceRow): boolean {
  return kind === "ollama" && location === "local" && isListed && !isMapped && unusable === undefined;
}

function PlaceActions({ place, csrf }: { place: PlaceRow; csrf: string }) {
  const { backend, model, isLoaded, isPassedOn } = place;
  const values = { backend, model };
  const id = `${isLoaded ? "unload" : "load"}-${backend}-${model}`;
  return (
    <div class="place-actions">
      {!isPassedOn && (
        <ButtonForm
          action={`/settings/models/${isLoaded ? "unload" : "load"}`}
          csrf={csrf}
          values={values}
          id={id}
          label={isLoaded ? `Free memory: ${model} at ${backend}` : `Load ${model} at ${backend}`}
        >
          {isLoaded ? "Free memory" : "Load"}
        </ButtonForm>
      )}
      <a
        class="button"
        id={`delete-${backend}-${model}`}
        href={`/settings/models/delete?${new URLSearchParams(values)}`}
        aria-label={`Delete… ${model} at ${backend}`}
      >
        Delete…
      </a>
    </div>
  );
}
