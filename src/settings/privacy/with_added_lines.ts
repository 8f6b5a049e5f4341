const prefix = "add:";

/** A sent form in which what a suggestion adds (`add:privacy.localModels`) is a line of its list. */
export function withAddedLines(sent: FormData): FormData {
  const form = new FormData();
  for (const [name, value] of sent) if (!name.startsWith(prefix)) form.append(name, value);
  for (const [name, value] of sent) {
    if (!name.startsWith(prefix)) continue;
    const list = name.slice(prefix.length);
    form.set(list, `${form.get(list) ?? ""}\n${value}`);
  }
  return form;
}
