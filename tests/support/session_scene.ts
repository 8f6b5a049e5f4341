import { supervise } from "../../src/core/supervise.ts";
import { createBatteryWatch } from "../../src/desktop/session/battery_watch.ts";
import { BusLink } from "../../src/desktop/bus_link.ts";
import type { DesktopContext } from "../../src/desktop/context.ts";
import { createNetworkWatch } from "../../src/desktop/session/network_watch.ts";
import { createSleepWatch, type SleepWatchParts } from "../../src/desktop/session/sleep_watch.ts";
import type { RouteMode } from "../../src/core/types.ts";
import { BrokerFixture } from "./broker_fixture.ts";
import { ModelServer } from "./model_server.ts";
import { PrivateBus } from "./private_bus.ts";

export interface SessionSceneOptions {
  mode?: RouteMode;
  lockCommand?: SleepWatchParts["lockCommand"];
}

/**
 * A whole daemon with a local and a cloud model server, which follows sleep, network and battery on a private bus in
 * the place of the system's. The cloud's address is one that does not count as this machine, though it leads there.
 */
export class SessionScene implements AsyncDisposable {
  readonly bus: PrivateBus;
  readonly local: ModelServer;
  readonly cloud: ModelServer;
  readonly broker: BrokerFixture;
  readonly #resources: AsyncDisposableStack;

  private constructor(
    parts: { bus: PrivateBus; local: ModelServer; cloud: ModelServer; broker: BrokerFixture },
    resources: AsyncDisposableStack,
  ) {
    this.bus = parts.bus;
    this.local = parts.local;
    this.cloud = parts.cloud;
    this.broker = parts.broker;
    this.#resources = resources;
  }

  static async start({ mode = "local-first", lockCommand }: SessionSceneOptions = {}): Promise<SessionScene> {
    await using resources = new AsyncDisposableStack();
    const bus = resources.use(await PrivateBus.start());
    const local = resources.use(await ModelServer.start({ name: "local", dialect: "ollama" }));
    const cloud = resources.use(await ModelServer.start({ name: "cloud", dialect: "openai", hostname: "0.0.0.0" }));
    const run = (context: DesktopContext, signal: AbortSignal) => {
      const { clock, log } = context;
      const link = new BusLink({ name: "system", address: bus.address, clock, log });
      const services = [
        link,
        createSleepWatch(context, { link, lockCommand }),
        createNetworkWatch(context, { link }),
        createBatteryWatch(context, { link }),
      ];
      return supervise(services, { signal, log, clock });
    };
    const broker = resources.use(
      await BrokerFixture.start({
        route: { mode },
        backends: [
          { id: "local", kind: "ollama", url: local.url, location: "local" },
          { id: "cloud", kind: "openai", url: cloud.url, location: "cloud" },
        ],
      }, { env: { DBUS_SYSTEM_BUS_ADDRESS: bus.address }, desktop: { isTheOne: false, run } }),
    );
    await broker.waitUntilChecked();
    return new SessionScene({ bus, local, cloud, broker }, resources.move());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}
