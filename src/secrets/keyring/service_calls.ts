import type { Value } from "../../dbus/types.ts";
import { absentKeyring, failedKeyring } from "./keyring_error.ts";
import {
  collectionInterface,
  itemInterface,
  itemProperties,
  loginCollection,
  noObject,
  serviceInterface,
  servicePath,
} from "./names.ts";
import type { SecretService } from "./secret_service.ts";
import type { SecretSession } from "./secret_session.ts";

/** More items of ours than this are a mistake. */
const maxItems = 256;

export interface FoundItems {
  unlocked: string[];
  locked: string[];
}

/** Items with these attributes, in whichever collection. */
export async function searchItems(service: SecretService, attributes: Record<string, string>): Promise<FoundItems> {
  const call = { path: servicePath, interface: serviceInterface, member: "SearchItems" };
  const [unlocked, locked] = await service.call({ ...call, signature: "a{ss}", body: [attributes] });
  return { unlocked: pathsIn(unlocked, "SearchItems"), locked: pathsIn(locked, "SearchItems") };
}

/** The collection that new items go to: the alias `default`, else the one called `login`. */
export async function defaultCollection(service: SecretService): Promise<string> {
  for (const alias of ["default", "login"]) {
    const call = { path: servicePath, interface: serviceInterface, member: "ReadAlias", signature: "s" };
    const [path] = await service.call({ ...call, body: [alias] });
    if (pathIn(path, "ReadAlias") !== noObject) return path as string;
  }
  const all = pathsIn(await service.property(servicePath, serviceInterface, "Collections"), "Collections");
  if (all.includes(loginCollection)) return loginCollection;
  throw absentKeyring("it has no default collection; make one in your desktop's program for passwords");
}

export async function isLocked(service: SecretService, collection: string): Promise<boolean> {
  const locked = await service.property(collection, collectionInterface, "Locked");
  if (typeof locked !== "boolean") throw unfit("Locked");
  return locked;
}

/** Unlocks collections or items, asking the user if need be. */
export async function unlock(service: SecretService, paths: readonly string[]): Promise<void> {
  const call = { path: servicePath, interface: serviceInterface, member: "Unlock", signature: "ao", body: [paths] };
  const [, prompt] = await service.call(call);
  await service.prompt(pathIn(prompt, "Unlock"));
}

/** Makes an item, or replaces the one with the same attributes; its path, where the service tells it. */
export async function createItem(
  service: SecretService,
  session: SecretSession,
  { collection, name, value }: { collection: string; name: string; value: string },
): Promise<string | undefined> {
  const { label, attributes } = itemProperties(name);
  const properties = {
    [`${itemInterface}.Label`]: { signature: "s", value: label },
    [`${itemInterface}.Attributes`]: { signature: "a{ss}", value: attributes },
  };
  const call = { path: collection, interface: collectionInterface, member: "CreateItem", signature: "a{sv}(oayays)b" };
  const [item, prompt] = await service.call({ ...call, body: [properties, await session.seal(value), true] });
  await service.prompt(pathIn(prompt, "CreateItem"));
  return item === noObject ? undefined : pathIn(item, "CreateItem");
}

export async function deleteItem(service: SecretService, item: string): Promise<void> {
  const [prompt] = await service.call({ path: item, interface: itemInterface, member: "Delete" });
  await service.prompt(pathIn(prompt, "Delete"));
}

/** Of several items for one name the one that was changed last: another program may have made a second. */
export async function newestOf(service: SecretService, items: readonly string[]): Promise<string | undefined> {
  if (items.length < 2) return items[0];
  const modified = await Promise.all(items.map((item) => service.property(item, itemInterface, "Modified")));
  const times = modified.map((time) => typeof time === "bigint" ? time : 0n);
  return items.reduce((newest, item, i) => times[i] >= times[items.indexOf(newest)] ? item : newest);
}

/** The name of an item of ours, by its attributes; `undefined`: it cannot be told. */
export async function nameOf(service: SecretService, item: string): Promise<string | undefined> {
  const attributes = await service.property(item, itemInterface, "Attributes");
  if (typeof attributes !== "object" || !("name" in attributes)) return undefined;
  return typeof attributes.name === "string" ? attributes.name : undefined;
}

export function unfit(member: string): Error {
  return failedKeyring(`its answer to ${member} is not what it should be`);
}

export function pathIn(value: Value | undefined, member: string): string {
  // The bus connection has checked that it is a path if it was sent as one.
  if (typeof value !== "string" || !value.startsWith("/")) throw unfit(member);
  return value;
}

function pathsIn(value: Value | undefined, member: string): string[] {
  if (!Array.isArray(value) || value.length > maxItems) throw unfit(member);
  return value.map((path) => pathIn(path, member));
}
