import { assertEquals, assertStringIncludes } from "@std/assert";
import { HttpScene } from "../../tests/support/http_scene.ts";
import { type SecretCommands, SecretError, type SecretErrorCode, type SetSecretOptions } from "../state/secrets.ts";

/** Commands that take notes, and fail when told to. */
function noting(failure?: SecretError): SecretCommands & { notes: unknown[] } {
  const notes: unknown[] = [];
  const note = <T>(result: T, ...what: unknown[]): Promise<T> => {
    notes.push(what);
    return failure ? Promise.reject(failure) : Promise.resolve(result);
  };
  return {
    notes,
    file: "/state/secrets.json",
    list: () => Promise.resolve([{ name: "cloud", home: "keyring", usedBy: ["cloud"], problem: null }]),
    keyring: () => Promise.resolve({ state: "available", detail: "The keyring is unlocked" }),
    set: (name, value, { insecureFile }: SetSecretOptions = {}) =>
      note(insecureFile ? "file" : "keyring", "set", name, value, insecureFile),
    delete: (name) => note(name === "cloud", "delete", name),
    unlock: () => note(undefined, "unlock"),
  };
}

const put = (json: unknown) => ({ method: "PUT", json });

Deno.test("GET /control/v1/secrets tells names, homes, users and the keyring", async () => {
  const scene = new HttpScene({ secretCommands: noting() });
  const response = await scene.control("/secrets");
  assertEquals([response.status, response.headers.get("cache-control"), await response.json()], [200, "no-store", {
    keyring: { state: "available", detail: "The keyring is unlocked" },
    file: "/state/secrets.json",
    secrets: [{ name: "cloud", home: "keyring", usedBy: ["cloud"], problem: null }],
  }]);
});

Deno.test("PUT and DELETE /control/v1/secrets/:name and POST /control/v1/keyring/unlock do what they say", async () => {
  const secretCommands = noting();
  const scene = new HttpScene({ secretCommands });
  const kept = await scene.control("/secrets/cloud", put({ value: "sk-one" }));
  assertEquals([kept.status, await kept.json()], [200, { name: "cloud", home: "keyring", file: null }]);
  const inFile = await scene.control("/secrets/cloud", put({ value: "sk-two", insecureFile: true }));
  assertEquals(await inFile.json(), { name: "cloud", home: "file", file: "/state/secrets.json" });
  const deleted = await scene.control("/secrets/cloud", { method: "DELETE" });
  assertEquals([deleted.status, await deleted.json()], [200, { name: "cloud", deleted: true }]);
  assertEquals((await scene.control("/secrets/other", { method: "DELETE" })).status, 404);
  const unlocked = await scene.control("/keyring/unlock", { method: "POST" });
  assertEquals((await unlocked.json()).keyring.state, "available");
  assertEquals(secretCommands.notes, [
    ["set", "cloud", "sk-one", false],
    ["set", "cloud", "sk-two", true],
    ["delete", "cloud"],
    ["delete", "other"],
    ["unlock"],
  ]);
});

Deno.test("PUT /control/v1/secrets/:name refuses what is no secret, and repeats nothing of it", async () => {
  const secretCommands = noting();
  const scene = new HttpScene({ secretCommands });
  const bodies = [
    '{"value":5}',
    '{"token":"sk-planted"}',
    '{"value":"sk-planted","insecureFile":"yes"}',
    '{"value":"sk-planted","more":1}',
    '"sk-planted"',
    "sk-planted",
    "",
  ];
  for (const body of bodies) {
    const refused = await scene.control("/secrets/cloud", { method: "PUT", body });
    const text = await refused.text();
    assertEquals([refused.status, text.includes("sk-planted")], [400, false], body.slice(0, 30));
  }
  const large = await scene.control("/secrets/cloud", put({ value: "sk-planted".repeat(20_000) }));
  assertEquals([large.status, (await large.text()).includes("sk-planted")], [413, false]);
  for (const name of ["sk-planted-token", "a%20b", "..%2Fx", "a".repeat(65)]) {
    const refused = await scene.control(`/secrets/${name}`, put({ value: "x" }));
    assertEquals([refused.status, (await refused.text()).includes(name)], [400, false]);
  }
  assertEquals(secretCommands.notes, []);
});

Deno.test("secrets of 64 KiB pass, however they are escaped", async () => {
  const secretCommands = noting();
  const scene = new HttpScene({ secretCommands });
  const value = '"'.repeat(65_536);
  assertEquals((await scene.control("/secrets/cloud", put({ value }))).status, 200);
});

Deno.test("the control API tells why a secret cannot be kept, with a status and a code for each reason", async () => {
  const statuses: Record<SecretErrorCode, number> = {
    invalid: 400,
    read_only: 409,
    needs_consent: 409,
    locked: 409,
    dismissed: 409,
    no_keyring: 503,
    failed: 503,
  };
  for (const [code, status] of Object.entries(statuses) as [SecretErrorCode, number][]) {
    const scene = new HttpScene({ secretCommands: noting(new SecretError(code, "why it failed")) });
    for (
      const [path, init] of [
        ["/secrets/cloud", put({ value: "sk-one" })],
        ["/secrets/cloud", { method: "DELETE" }],
        ["/keyring/unlock", { method: "POST" }],
      ] as const
    ) {
      const refused = await scene.control(path, init);
      assertEquals([refused.status, await refused.json()], [status, { error: { message: "why it failed", code } }]);
    }
  }
});

Deno.test("secrets are for who has the control token, and for no other page", async () => {
  const secretCommands = noting();
  const scene = new HttpScene({ secretCommands });
  const without = await scene.ask("/control/v1/secrets");
  const wrong = await scene.control("/secrets/cloud", {
    ...put({ value: "x" }),
    headers: { authorization: "Bearer wrong" },
  });
  const foreign = await scene.control("/secrets", { headers: { origin: "https://evil.example" } });
  assertEquals([without.status, wrong.status, foreign.status, secretCommands.notes], [401, 401, 403, []]);
  const method = await scene.control("/secrets/cloud", { method: "POST" });
  assertEquals(method.status, 405);
  assertStringIncludes(method.headers.get("allow")!, "PUT, DELETE");
});
