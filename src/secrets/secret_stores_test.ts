import { FakeSecretService } from "../../tests/support/fake_secret_service.ts";
import { KeyringDaemon, keyringTest } from "../../tests/support/keyring_daemon.ts";
import { isBusMissing, PrivateBus } from "../../tests/support/private_bus.ts";
import { secretStoreSuite, type StoreScene } from "../../tests/support/secret_store_suite.ts";
import { systemClock } from "../core/clock.ts";
import { secretVariable } from "../config/secrets_env.ts";
import { EnvSecrets } from "./env_secrets.ts";
import { FileSecrets } from "./file_secrets.ts";
import { KeyringSecrets } from "./keyring/keyring_secrets.ts";

secretStoreSuite("EnvSecrets", {
  isReadOnly: true,
  open() {
    const variables = new Map<string, string>();
    const env = (name: string) => variables.get(name);
    const reopen = () => Promise.resolve(new EnvSecrets({ env, names: () => ["cloud", "other"] }));
    return scene(reopen, (name, value) => Promise.resolve(void variables.set(secretVariable(name), value)));
  },
});

secretStoreSuite("FileSecrets", {
  async open() {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/secrets.json`;
    const reopen = () => Promise.resolve(agreed(new FileSecrets(path)));
    const plant = (name: string, value: string) =>
      Deno.writeTextFile(path, JSON.stringify({ version: 1, secrets: { [name]: value } }), { mode: 0o600 });
    return scene(reopen, plant, () => Deno.remove(folder, { recursive: true }));
  },
});

/** The same with the user's consent to each write. */
function agreed(store: FileSecrets): FileSecrets {
  const set = store.set.bind(store);
  store.set = (name, value, options) => set(name, value, { ...options, insecureFile: true });
  return store;
}

secretStoreSuite("KeyringSecrets on a fake service", {
  test: (name, fn) =>
    Deno.test({ name: isBusMissing ? `${name} (not installed: dbus-daemon)` : name, ignore: isBusMissing, fn }),
  async open() {
    const bus = await PrivateBus.start();
    const service = await FakeSecretService.start(bus);
    const connect = () => bus.connect();
    const plant = (name: string, value: string) => {
      service.items.clear();
      return Promise.resolve(void service.put({ application: "cloudtolocalllm", name }, value));
    };
    const reopen = () => Promise.resolve(new KeyringSecrets({ connect, clock: systemClock }));
    return scene(reopen, plant, () => bus[Symbol.asyncDispose]());
  },
});

secretStoreSuite("KeyringSecrets on GNOME Keyring", {
  test: keyringTest,
  async open() {
    const daemon = await KeyringDaemon.start();
    const { connect } = daemon;
    const open = () => new KeyringSecrets({ connect, clock: systemClock });
    const reopen = async () => {
      await daemon.restart();
      return open();
    };
    const plant = async (name: string, value: string) => {
      const attributes = ["application", "cloudtolocalllm", "name", name];
      await daemon.secretTool(["store", "--label=by another program", ...attributes], value);
    };
    const first = await scene(() => Promise.resolve(open()), plant, () => daemon[Symbol.asyncDispose]());
    return { ...first, reopen, [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose]() };
  },
});

async function scene(
  reopen: StoreScene["reopen"],
  plant: StoreScene["plant"],
  close: () => Promise<void> = () => Promise.resolve(),
): Promise<StoreScene> {
  return { store: await reopen(), reopen, plant, [Symbol.asyncDispose]: close };
}
