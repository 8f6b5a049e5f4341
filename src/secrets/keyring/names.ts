/** Secret Service API draft 0.2, "D-Bus API Reference". */
export const serviceName = "org.freedesktop.secrets";
export const servicePath = "/org/freedesktop/secrets";
export const loginCollection = "/org/freedesktop/secrets/collection/login";
export const serviceInterface = "org.freedesktop.Secret.Service";
export const collectionInterface = "org.freedesktop.Secret.Collection";
export const itemInterface = "org.freedesktop.Secret.Item";
export const sessionInterface = "org.freedesktop.Secret.Session";
export const promptInterface = "org.freedesktop.Secret.Prompt";
export const propertiesInterface = "org.freedesktop.DBus.Properties";

/** Stands for no object. */
export const noObject = "/";

const application = "cloudtolocalllm";

/** By what a secret of ours is found, whoever has put it there: `secret-tool` writes a schema of its own. */
export function lookupOf(name?: string): Record<string, string> {
  return name === undefined ? { application } : { application, name };
}

/** What an item of ours is made with. Attributes are not encrypted: no value belongs here. */
export function itemProperties(name: string) {
  const schema = "online.cloudtolocalllm.Secret";
  return { label: `CloudToLocalLLM: ${name}`, attributes: { "xdg:schema": schema, ...lookupOf(name) } };
}
