import { backendOn, startDaemonProcess, type Variant } from "./daemon_process.ts";
import { isUp, untilBackend } from "./daemon_status.ts";
import { FixtureServer } from "./fixture_server.ts";
import { headerOf, HttpConnection } from "./http_connection.ts";
import { firstByteMs, type Percentiles, percentiles } from "./measure_first_byte.ts";
import { ollamaStream } from "./model_requests.ts";

export interface FailoverTimes {
  /** First byte by way of a refused local backend, over the cloud asked directly, in ms, sample by sample. */
  overDirect: Percentiles;
  /** The same over the cloud asked through the broker: what the refused attempt alone adds. */
  overBroker: Percentiles;
  samples: number;
}

/** Checks follow each other at once, so that the local backend is soon used again for the next sample. */
const health = { upIntervalMs: 600_000, downIntervalMs: 10, maxDownIntervalMs: 10, threshold: 1 };
const plain = ollamaStream(8);
const pinned = ollamaStream(8, { "x-broker-backend": "cloud" });
const wantedAttempts = "local:connect_refused, cloud:ok";

interface Sample {
  direct: number;
  throughBroker: number;
  failedOver: number;
}

/** Takes a local backend away just before each request; both other ways to the cloud are measured beside it. */
export async function measureFailover(
  variant: Variant,
  { samples: wanted, cloudPort }: { samples: number; cloudPort: number },
): Promise<FailoverTimes> {
  using local = new FixtureServer();
  const backends = [backendOn(local.port, "local"), backendOn(cloudPort, "cloud")];
  await using daemon = await startDaemonProcess(variant, { health, breaker: { failures: 100 }, backends });
  using direct = await HttpConnection.open(cloudPort);
  using broker = await HttpConnection.open(daemon.port);
  const samples: Sample[] = [];
  for (let tries = 0; samples.length < wanted; tries++) {
    if (tries > wanted * 2) throw new Error(`Only ${samples.length} of ${tries} requests failed over as wanted`);
    await untilBackend(daemon, "local", { isWanted: isUp, everyMs: 2 });
    const sample = await oneSample(local, direct, broker);
    if (sample) samples.push(sample);
  }
  return {
    overDirect: percentiles(samples.map(({ failedOver, direct }) => failedOver - direct)),
    overBroker: percentiles(samples.map(({ failedOver, throughBroker }) => failedOver - throughBroker)),
    samples: samples.length,
  };
}

/** `undefined` when the broker had noticed before the request, or met a connection that was just being cut. */
async function oneSample(
  local: FixtureServer,
  direct: HttpConnection,
  broker: HttpConnection,
): Promise<Sample | undefined> {
  const directMs = await firstByteMs(direct, plain);
  const throughBroker = await firstByteMs(broker, pinned);
  local.stop();
  const since = performance.now();
  const answer = await broker.ask(plain);
  local.restart();
  if (headerOf(answer, "x-broker-attempts") !== wantedAttempts) return undefined;
  return { direct: directMs, throughBroker, failedOver: answer.firstByteAt - since };
}
