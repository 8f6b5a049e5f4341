import { createBackend } from "../backends/create.ts";
import { BackendSet } from "../backends/backend_set.ts";
import { Failover } from "../broker/failover.ts";
import { Slots } from "../broker/slots.ts";
import { Unanswered } from "../broker/unanswered.ts";
import type { ConfigStore } from "../config/config_store.ts";
import { Monitor } from "../health/monitor.ts";
import type { ReportPart } from "../core/part_seen.ts";
import type { AppState } from "../state/app_state.ts";
import { withConfig, withInFlight } from "../state/changes.ts";
import { withPart } from "../state/parts.ts";
import { initialState } from "../state/status_report.ts";
import { Store } from "../state/store.ts";
import type { Ground } from "./ground.ts";

/** How long health checks under a changed configuration wait for the keyring, in ms. */
const secretsMs = 1_000;

/** Routing and health, without any HTTP of our own. */
export interface Broker {
  store: Store<AppState>;
  backends: BackendSet;
  monitor: Monitor;
  failover: Failover;
  unanswered: Unanswered;
  /** Shows how a part of the daemon fares. */
  reportPart: ReportPart;
}

/** Puts routing and health together; both follow the configuration from then on. */
export function createBroker(configStore: ConfigStore, ground: Ground, cleanup: AsyncDisposableStack): Broker {
  const { clock, log, secrets, logOptions, redaction: { redact } } = ground;
  const config = () => configStore.config;
  const store = new Store<AppState>(initialState(config().route.mode));
  const reportPart: ReportPart = (name, seen) => store.update((state) => withPart(state, name, seen, clock.now()));
  const backends = new BackendSet((one) => createBackend(one, { clock, secrets: secrets.demand }));
  cleanup.defer(() => backends.close());
  const { get } = backends;
  const monitor = new Monitor({ store, backends: get, config, clock, log, redact });
  cleanup.defer(() => monitor.close());
  const slots = new Slots({
    clock,
    limit: (id) => get(id)?.config.maxConcurrent ?? 0,
    onChange: (id, inFlight) => store.update((state) => withInFlight(state, id, inFlight)),
  });
  const state = () => store.state;
  const unanswered = new Unanswered(state);
  const failover = new Failover({ config, state, backends: get, observer: monitor, slots, unanswered, clock });
  // Before whoever set the mode or a rule hears that it holds.
  cleanup.defer(store.subscribe(({ mode, privacy }, previous) => {
    if (mode === previous.mode && privacy === previous.privacy) return;
    unanswered.enforce();
    slots.wakeAll();
  }));
  const follow = () => {
    const { level, format } = config().log;
    Object.assign(logOptions, { level, format });
    backends.configure(config().backends);
    store.update((state) => withConfig(state, config()));
  };
  follow();
  cleanup.defer(configStore.subscribe(() => {
    follow();
    // A health check before its token is there would find only that.
    if (secrets.isLooking) secrets.settled(secretsMs).then(() => monitor.refresh());
    else monitor.refresh();
  }));
  cleanup.defer(secrets.subscribe((names) => {
    const concerned = config().backends.filter(({ secret }) => secret !== null && names.includes(secret));
    monitor.startOver(concerned.map(({ id }) => id));
  }));
  cleanup.defer(secrets.subscribeKeyring((seen) => reportPart("keyring", seen)));
  cleanup.defer(configStore.subscribeError((configError) => store.update((state) => ({ ...state, configError }))));
  return { store, backends, monitor, failover, unanswered, reportPart };
}
