import { connect } from "@cloudtolocalllm/client";

const client = await connect({ start: true });
console.log(`the daemon is at ${client.url}`);

const { opened, url } = await client.openSettings();
console.log(opened ? "the settings are open" : `open this within a minute: ${url}`);
