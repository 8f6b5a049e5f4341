import { CloudToLocalLLM } from "@cloudtolocalllm/client";

const client = new CloudToLocalLLM();

const { state, active } = await client.status();
console.log(`${state}: a request goes to ${active ?? "nobody"}`);

await client.pause({ forMs: 60_000 });
for await (const update of client.watchStatus()) {
  if (!update.connected) console.log(`away: ${update.reason.message}`);
  else if (update.status.pause === null) break;
  else {
    console.log(`${update.status.mode}: ${update.status.modeReason}`);
    await client.resume();
  }
}

const stop = client.onStatus(({ status }) => {
  if (status) console.log(`the mode is ${status.mode}`);
  if (status?.mode === "cloud-only") stop();
});
await client.setMode("cloud-only");
