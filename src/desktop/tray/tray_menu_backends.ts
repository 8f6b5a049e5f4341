import type { BackendStatus, StatusReport } from "../../state/status.ts";
import { middleCut, plainLine } from "../plain_line.ts";
import { inSections, line } from "./tray_menu_parts.ts";
import type { MenuItem } from "./tray_model_types.ts";
import { countOf, latencyText, longestId } from "./tray_words.ts";

const shownBackends = 30;
const shownModels = 25;
const longestModel = 60;
/** What is longer is no name that a person would paste. */
const longestCopied = 500;

/** One submenu a backend. */
export function backendItems({ backends, pause }: StatusReport): MenuItem[] {
  const others = backends.length - shownBackends;
  const more = others > 0 ? [line("backends:more", `and ${others} more`)] : [];
  return [...backends.slice(0, shownBackends).map((backend) => backendItem(backend, pause !== null)), ...more];
}

function backendItem(backend: BackendStatus, isPaused: boolean): MenuItem {
  const { id, enabled, health, reason } = backend;
  const key = `backend:${id.slice(0, 100)}`;
  const items = inSections(key, {
    commands: [
      ...(reason === null ? [] : [line(`${key}:reason`, reason)]),
      ...(health === "misconfigured" && reason?.includes("token")
        ? [line(`${key}:advice`, 'See "Tokens" in docs/CONFIGURATION.md')]
        : []),
      {
        kind: "item",
        key: `${key}:test`,
        label: "Test now",
        enabled: true,
        action: { do: "test_backend", backend: id },
      },
      {
        kind: "check",
        key: `${key}:enabled`,
        label: "Enabled",
        enabled: true,
        checked: enabled,
        action: { do: "enable_backend", backend: id, enabled: !enabled },
      },
    ],
    models: modelLines(backend, key),
  });
  return { kind: "submenu", key, label: backendLabel(backend, isPaused), enabled: true, items };
}

/** `● local: up, 3 ms, 12 models`. */
function backendLabel(backend: BackendStatus, isPaused: boolean): string {
  const { id, health, latencyMs, models } = backend;
  const figures = health !== "up" ? [] : [
    ...(latencyMs === null ? [] : [latencyText(latencyMs)]),
    countOf(models.length, "model"),
  ];
  return `${mark(backend)} ${plainLine(id, longestId)}: ${[healthWord(backend, isPaused), ...figures].join(", ")}`;
}

function mark({ health, reason }: BackendStatus): string {
  if (health === "up") return reason === null ? "●" : "◐";
  return { ejected: "◐", unknown: "○", disabled: "○", down: "×", misconfigured: "×" }[health];
}

function healthWord({ health, enabled }: BackendStatus, isPaused: boolean): string {
  if (health === "disabled") return !enabled ? "switched off" : isPaused ? "paused" : "not used in this mode";
  return {
    up: "up",
    unknown: "not checked yet",
    ejected: "left alone for a while",
    down: "down",
    misconfigured: "needs to be set up",
  }[health];
}

function modelLines({ models, warm }: BackendStatus, key: string): MenuItem[] {
  const loaded = new Set(warm);
  const hidden = models.slice(shownModels);
  const hiddenLoaded = hidden.filter((model) => loaded.has(model)).length;
  return [
    ...models.slice(0, shownModels).map((model) => modelItem(model, key, loaded.has(model))),
    ...(hidden.length === 0 ? [] : [
      line(
        `${key}:models:more`,
        `and ${hidden.length} more${hiddenLoaded > 0 ? `, ${hiddenLoaded} of them loaded` : ""}`,
      ),
    ]),
  ];
}

/** A click copies its name. */
function modelItem(model: string, key: string, isLoaded: boolean): MenuItem {
  const label = middleCut(model, longestModel) + (isLoaded ? " (loaded)" : "");
  const itemKey = `${key}:model:${model.slice(0, 100)}`;
  if (model.length > longestCopied) return line(itemKey, label);
  return { kind: "item", key: itemKey, label, enabled: true, action: { do: "copy_model", model } };
}
