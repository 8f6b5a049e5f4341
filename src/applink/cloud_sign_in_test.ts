import { assertEquals, assertRejects } from "@std/assert";
import { silentLog } from "../core/log.ts";
import type { ConfigInput } from "../config/schema.ts";
import { configFixture, type WatchedClock } from "../../tests/support/config_fixture.ts";
import { settle } from "../../tests/support/fake_clock.ts";
import { SecretError, type SecretHome, type SecretStatus } from "../state/secrets.ts";
import { CloudSignIn } from "./cloud_sign_in.ts";

type BackendInput = NonNullable<ConfigInput["backends"]>[number];

const cloud = { id: "mine", kind: "cloudtolocalllm", url: "https://c.example", location: "cloud" } as const;

interface Scene {
  signIn: CloudSignIn;
  held: Map<string, string>;
  kept: Map<string, string>;
  /** Of the running configuration: id, whether it is on, its secret. */
  clouds: () => [string, boolean, string | null][];
  backends: () => readonly BackendInput[];
  restart: () => CloudSignIn;
  clock: WatchedClock;
}

/** Secrets that are kept in a map, unless `keep` refuses. */
async function scene(
  { backends, keep = () => Promise.resolve() }: { backends?: BackendInput[]; keep?: () => Promise<void> },
  body: (scene: Scene) => Promise<void>,
): Promise<void> {
  await using fixture = await configFixture(backends && JSON.stringify({ version: 1, backends }));
  await using configStore = await fixture.open();
  const [held, kept] = [new Map<string, string>(), new Map<string, string>()];
  const make = () =>
    new CloudSignIn({
      configStore,
      secrets: {
        async set(name, value): Promise<SecretHome> {
          await keep();
          kept.set(name, value);
          return "keyring";
        },
        list: () =>
          Promise.resolve(
            [...kept.keys()].map((name): SecretStatus => ({ name, home: "keyring", usedBy: [], problem: null })),
          ),
      },
      memory: {
        current: (name) => held.get(name),
        hold: (name, value) => void held.set(name, value),
        forget: (name) => void held.delete(name),
      },
      signedOutFile: `${fixture.folder}/signed_out`,
      clock: fixture.clock,
      signal: new AbortController().signal,
      log: silentLog,
    });
  const clouds = () =>
    configStore.config.backends.filter(({ kind }) => kind === "cloudtolocalllm")
      .map(({ id, enabled, secret }): [string, boolean, string | null] => [id, enabled, secret]);
  await body({
    signIn: make(),
    held,
    kept,
    clouds,
    backends: () => configStore.config.backends,
    restart: make,
    clock: fixture.clock,
  });
}

Deno.test("a token makes the predecessor's cloud where there is none, beside what is there", async () => {
  await scene({}, async ({ signIn, backends, held, kept }) => {
    await signIn.set(" t-1 \n");
    assertEquals(backends().map(({ id }) => id), ["local", "cloud", "cloudtolocalllm"]);
    const { url, kind, location, secret, enabled } = backends()[2];
    assertEquals([url, kind, location], ["https://api.cloudtolocalllm.online", "cloudtolocalllm", "cloud"]);
    assertEquals([secret, enabled], ["cloudtolocalllm", true]);
    assertEquals([held.get("cloudtolocalllm"), kept.get("cloudtolocalllm")], ["t-1", "t-1"]);
  });
  const taken = { id: "cloudtolocalllm", kind: "ollama", url: "http://h:1", location: "local" } as const;
  await scene({ backends: [taken] }, async ({ signIn, clouds }) => {
    await signIn.set("t-1");
    assertEquals(clouds(), [["cloudtolocalllm-2", true, "cloudtolocalllm"]]);
  });
});

Deno.test("a token is that of the cloud which is set up, under the name that this has for it", async () => {
  await scene({ backends: [{ ...cloud, secret: "work" }] }, async ({ signIn, clouds, kept }) => {
    await signIn.set("t-1");
    assertEquals([clouds(), [...kept]], [[["mine", true, "work"]], [["work", "t-1"]]]);
  });
});

Deno.test("an empty token switches the cloud off, the next one on, also after a restart", async () => {
  await scene({ backends: [cloud] }, async ({ signIn, clouds, held, restart }) => {
    await signIn.set("t-1");
    await signIn.set("");
    assertEquals([clouds()[0][1], held.size], [false, 0]);
    await signIn.set("");
    await restart().set("t-2");
    assertEquals(clouds(), [["mine", true, "cloudtolocalllm"]]);
  });
});

Deno.test("a cloud that never had a token is switched on by the first; one that its user switched off stays off", async () => {
  await scene({ backends: [{ ...cloud, enabled: false, secret: "work" }] }, async ({ signIn, clouds }) => {
    await signIn.set("t-1");
    assertEquals(clouds()[0][1], true);
  });
  await scene({ backends: [{ ...cloud, enabled: false, secret: "work" }] }, async ({ signIn, clouds, kept }) => {
    kept.set("work", "t-0");
    await signIn.set("t-1");
    assertEquals([clouds()[0][1], kept.get("work")], [false, "t-1"]);
  });
});

Deno.test("a token that nothing may keep is held; one that no header can carry, or the environment has, is refused", async () => {
  const fails = (code: ConstructorParameters<typeof SecretError>[0]) => () =>
    Promise.reject(new SecretError(code, "why"));
  await scene({ backends: [cloud], keep: fails("needs_consent") }, async ({ signIn, clouds, held }) => {
    await signIn.set("t-1");
    assertEquals([clouds()[0][1], [...held]], [true, [["cloudtolocalllm", "t-1"]]]);
    const refusal = await assertRejects(() => signIn.set("sk-\nplanted"), TypeError);
    assertEquals(refusal.message.includes("planted"), false);
  });
  await scene({ backends: [cloud], keep: fails("read_only") }, async ({ signIn }) => {
    await assertRejects(() => signIn.set("t-1"), SecretError, "why");
  });
});

Deno.test("a token that comes again changes nothing, and tokens do not overtake one another", async () => {
  let keeps = 0;
  const keep = () => Promise.resolve(void keeps++);
  await scene({ backends: [cloud], keep }, async ({ signIn, clouds, kept }) => {
    await Promise.all(["t-1", "t-1", "", "t-2"].map((token) => signIn.set(token)));
    assertEquals([clouds()[0][1], kept.get("cloudtolocalllm"), keeps], [true, "t-2", 2]);
  });
});

Deno.test("a keyring that waits for its user keeps no app waiting, and asks one thing at a time", async () => {
  const gate = Promise.withResolvers<void>();
  let keeps = 0;
  const keep = () => (keeps++, gate.promise);
  await scene({ backends: [cloud], keep }, async ({ signIn, held, kept, clock }) => {
    for (const token of ["t-1", "t-2"]) {
      const setting = signIn.set(token);
      await clock.timerSet();
      await clock.advance(2_000);
      await setting;
    }
    assertEquals([held.get("cloudtolocalllm"), kept.size, keeps], ["t-2", 0, 1]);
    gate.resolve();
    await settle();
    assertEquals([kept.get("cloudtolocalllm"), keeps], ["t-2", 2]);
  });
});
