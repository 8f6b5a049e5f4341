/** The predecessor's folder in the user's home; `undefined` where there is no home. */
export function oldFolder(env: (name: string) => string | undefined): string | undefined {
  const home = env("HOME");
  return home?.startsWith("/") ? `${home === "/" ? "" : home.replace(/\/+$/, "")}/.cloudtolocalllm` : undefined;
}

/** Its settings, with the token in it. */
export function oldFileOf(env: (name: string) => string | undefined): string | undefined {
  const folder = oldFolder(env);
  return folder && `${folder}/connection_config.json`;
}
