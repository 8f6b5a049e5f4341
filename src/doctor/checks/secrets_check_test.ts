import { assertEquals } from "@std/assert";
import { notSet, type SecretStatus } from "../../state/secrets.ts";
import type { OwnCommands, SecretsSight } from "../check.ts";
import { fileFinding, secretFindings } from "./secrets_check.ts";

const commands = { program: "ctl" } as OwnCommands;
const cloud: SecretStatus = { name: "cloud", home: "keyring", usedBy: ["cloud"], problem: null };

function ids(state: SecretsSight["keyring"]["state"], ...secrets: Partial<SecretStatus>[]) {
  const keyring = { state, detail: `It is ${state}.` };
  const sight = { keyring, file: "/s/secrets.json", secrets: secrets.map((secret) => ({ ...cloud, ...secret })) };
  return secretFindings(sight, { commands }).map(({ id, remedy, isCommand }) => isCommand ? [id, remedy] : [id]);
}

Deno.test("secretFindings() tells what is missing once, and whether it is the keyring's fault", () => {
  const missing = { home: null, problem: notSet };
  const set = "ctl secret set cloud";
  assertEquals(ids("available", {}), []);
  assertEquals(ids("available", missing), [["secret-missing", set]]);
  assertEquals(ids("available", { home: null, problem: "The keyring does not answer" }), [["secret-unusable", set]]);
  assertEquals(ids("locked", { home: null, problem: "The keyring is locked" }), [["keyring-locked"]]);
  assertEquals(ids("locked", { home: "file" }), []);
  assertEquals(ids("locked"), []);
  assertEquals(ids("absent", { home: "environment" }), [["keyring-absent"]]);
  assertEquals(ids("absent", missing), [["secret-missing", `${set} --insecure-file`], ["keyring-absent"]]);
  // The file's own finding tells it.
  const unfit = { home: null, problem: "Cannot use the secrets in /s/secrets.json: other users may read it" };
  assertEquals(ids("absent", unfit), [["keyring-absent"]]);
});

Deno.test("fileFinding() finds a file of secrets that is not used", () => {
  const file = { file: "/s/secrets.json", isSymlink: false, mode: 0o100600, uid: 5 };
  const one = (change: Partial<typeof file>) =>
    fileFinding({ ...file, ...change }, 5).map(({ id, remedy }) => [id, remedy]);
  assertEquals(one({}), []);
  assertEquals(one({ mode: 0o100640 }), [["secrets-open", "chmod 600 /s/secrets.json"]]);
  const away = ["secrets-owner", "mv /s/secrets.json /s/secrets.json.old"];
  assertEquals([one({ uid: 0 }), one({ isSymlink: true })], [[away], [away]]);
});
