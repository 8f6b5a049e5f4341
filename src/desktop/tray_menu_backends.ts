import type { BackendStatus, StatusReport } from "../state/status.ts";
import { plainLine } from "./plain_line.ts";
import { inSections, line } from "./tray_menu_parts.ts";
import type { MenuItem } from "./tray_model_types.ts";
import { countOf, latencyText, longestId } from "./tray_words.ts";

const shownBackends = 30;
const shownModels = 25;

/** One submenu a backend. */
export function backendItems({ backends, pause }: StatusReport): MenuItem[] {
  if (backends.length === 0) return [line("backends:none", "No model server is set up")];
  const others = backends.length - shownBackends;
  const more = others > 0 ? [line("backends:more", `and ${others} more`)] : [];
  return [...backends.slice(0, shownBackends).map((backend) => backendItem(backend, pause !== null)), ...more];
}

function backendItem(backend: BackendStatus, isPaused: boolean): MenuItem {
  const { id, enabled, reason } = backend;
  const key = `backend:${id.slice(0, 100)}`;
  const items = inSections(key, {
    commands: [
      ...(reason === null ? [] : [line(`${key}:reason`, reason)]),
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
    ...models.slice(0, shownModels).map((model) =>
      line(
        `${key}:model:${model.slice(0, 100)}`,
        plainLine(model, 60) + (loaded.has(model) ? " (loaded)" : ""),
      )
    ),
    ...(hidden.length === 0 ? [] : [
      line(
        `${key}:models:more`,
        `and ${hidden.length} more${hiddenLoaded > 0 ? `, ${hiddenLoaded} of them loaded` : ""}`,
      ),
    ]),
  ];
}
