/** A place in the configuration as people write it: `backends[0].models["llama3.2"]`. */
export function pathText(keys: readonly (string | number)[]): string {
  let text = "";
  for (const key of keys) {
    if (typeof key === "number") text += `[${key}]`;
    else if (/^[A-Za-z_$][\w$]*$/.test(key)) text += text ? `.${key}` : key;
    else text += `[${JSON.stringify(key.length > 40 ? `${key.slice(0, 37)}...` : key)}]`;
  }
  return text;
}
