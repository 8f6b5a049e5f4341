import type { ModelEntry } from "../../broker/models.ts";
import { visibleJson } from "../../core/visible_text.ts";

interface ModelChoiceProps {
  models: readonly ModelEntry[];
  chosen?: string;
}

/** The models that can be asked now, by where they live; a live part of the page. */
export function ModelChoice({ models, chosen }: ModelChoiceProps) {
  if (models.length === 0) {
    return (
      <select id="try-model" name="model" aria-describedby="try-none">
        <option value="">No model can be used now</option>
      </select>
    );
  }
  return (
    <select id="try-model" name="model">
      {groupsOf(models).map(([label, names]) => (
        <optgroup label={label}>
          {names.map((name) => <option value={name} selected={name === chosen}>{visibleJson(name)}</option>)}
        </optgroup>
      ))}
    </select>
  );
}

/** What to do where no model can be asked; a live part of the page. */
export function NoModel({ models, sentence }: { models: readonly ModelEntry[]; sentence: string }) {
  if (models.length > 0) return <div id="try-none" hidden></div>;
  return (
    <div id="try-none" class="notice warning" role="status">
      <p>
        No model can be used now. {sentence}. Look at <a href="/settings/connections">Connections</a>, or get a model at
        {" "}
        <a href="/settings/models">Models</a>.
      </p>
    </div>
  );
}

/** Groups with a name, those without a model left out. Pure. */
export function groupsOf(models: readonly ModelEntry[]): [label: string, names: string[]][] {
  const groups: [string, string[]][] = [
    ["Local and cloud: one stands in for the other", []],
    ["Local only", []],
    ["Cloud only", []],
  ];
  for (const { name, places } of models) {
    const isLocal = places.some(({ location }) => location === "local");
    const isCloud = places.some(({ location }) => location === "cloud");
    groups[isLocal && isCloud ? 0 : isLocal ? 1 : 2][1].push(name);
  }
  return groups.filter(([, names]) => names.length > 0);
}
