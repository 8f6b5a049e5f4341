import type { ConfigStore } from "../config/config_store.ts";
import { RunningRequests } from "../state/running_requests.ts";
import { UsageRecord } from "../usage/usage_record.ts";
import type { Broker } from "./broker.ts";
import type { DaemonOptions, Ground } from "./ground.ts";
import { usagePath } from "./usage_path.ts";

/** What is known of the model requests: those in flight, and the record of those that are over. */
export interface Requests {
  running: RunningRequests;
  usage: UsageRecord;
}

/** Both follow the configuration from then on. */
export function createRequests(
  { paths }: DaemonOptions,
  { ground: { clock, log }, broker: { reportPart }, configStore, cleanup }: {
    ground: Ground;
    broker: Broker;
    configStore: ConfigStore;
    cleanup: AsyncDisposableStack;
  },
): Requests {
  const config = () => configStore.config.usage;
  const usage = cleanup.use(
    new UsageRecord({
      path: usagePath(paths),
      config,
      clock,
      log,
      report: (seen) => reportPart("record of use", seen),
    }),
  );
  cleanup.defer(configStore.subscribe((next, previous) => {
    const isSame = next.usage.record === previous.usage.record && next.usage.keepDays === previous.usage.keepDays;
    if (!isSame) usage.configChanged();
  }));
  return { running: new RunningRequests(), usage };
}
