/** Well-known name of the daemon on the session bus; who owns it is the session's one daemon. */
export const daemonName = "online.cloudtolocalllm.CloudToLocalLLM";
/** Its object; by the name of the desktop entry, as D-Bus activation of applications asks for. */
export const daemonPath = "/online/cloudtolocalllm/CloudToLocalLLM";
export const daemonInterface = "online.cloudtolocalllm.Daemon1";
