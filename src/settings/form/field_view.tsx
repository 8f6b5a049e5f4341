import { type Field, nameOf } from "./field.ts";
import type { FormState } from "./save_form.ts";

interface FieldViewProps {
  field: Field;
  state: FormState;
}

/** A field with its label, its help and, where something is wrong, what. */
export function FieldView({ field, state }: FieldViewProps) {
  const name = nameOf(field);
  const problem = Object.hasOwn(state.problems, name) ? state.problems[name] : undefined;
  const isSwitch = field.input.kind === "switch";
  const described = [...(field.help ? [`${name}-help`] : []), ...(problem ? [`${name}-problem`] : [])];
  const attributes = {
    id: name,
    name,
    "aria-describedby": described.length > 0 ? described.join(" ") : undefined,
    "aria-invalid": problem ? "true" as const : undefined,
  };
  const label = <label for={name}>{field.label}</label>;
  return (
    <div class={`field ${isSwitch ? "switch" : ""} ${problem ? "invalid" : ""}`}>
      {isSwitch ? [<Input field={field} value={state.values[name]} attributes={attributes} />, label] : label}
      {field.help && <p class="help" id={`${name}-help`}>{field.help}</p>}
      {!isSwitch && <Input field={field} value={state.values[name]} attributes={attributes} />}
      {problem && <p class="problem" id={`${name}-problem`}>{field.label} {problem}</p>}
    </div>
  );
}

interface InputProps {
  field: Field;
  value: unknown;
  attributes: Record<string, string | undefined>;
}

function Input({ field: { input }, value, attributes }: InputProps) {
  const text = value === null || value === undefined ? "" : String(value);
  switch (input.kind) {
    case "switch":
      return <input type="checkbox" {...attributes} checked={value === true} />;
    case "choice":
      return (
        <select {...attributes}>
          {input.options.map(([option, label]) => <option value={option} selected={option === text}>{label}</option>)}
        </select>
      );
    case "number":
      return (
        <span class="with-unit">
          <input type="text" inputmode="numeric" {...attributes} value={text} placeholder={input.emptyMeans} />
          {input.unit && <span class="unit">{input.unit}</span>}
        </span>
      );
    case "lines":
      return (
        <textarea
          {...attributes}
          rows={Math.max(3, Array.isArray(value) ? value.length + 1 : 3)}
          placeholder={input.placeholder}
        >
          {Array.isArray(value) ? value.join("\n") : text}
        </textarea>
      );
    case "text":
      return (
        <>
          <input
            type={input.type === "url" ? "url" : "text"}
            {...attributes}
            value={text}
            placeholder={input.placeholder}
            autocomplete="off"
            spellcheck={false}
            list={input.suggestions ? `${attributes.id}-list` : undefined}
          />
          {input.suggestions && (
            <datalist id={`${attributes.id}-list`}>
              {input.suggestions.map((suggestion) => <option value={suggestion}></option>)}
            </datalist>
          )}
        </>
      );
  }
}
