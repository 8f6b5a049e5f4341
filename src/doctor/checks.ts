import type { Check } from "./check.ts";
import { autostartCheck } from "./checks/autostart_check.ts";
import { backendsCheck } from "./checks/backends_check.ts";
import { busCheck } from "./checks/bus_check.ts";
import { configCheck } from "./checks/config_check.ts";
import { crashCheck } from "./checks/crash_check.ts";
import { daemonCheck } from "./checks/daemon_check.ts";
import { foldersCheck } from "./checks/folders_check.ts";
import { machineCheck } from "./checks/machine_check.ts";
import { ollamaCheck } from "./checks/ollama_check.ts";
import { partsCheck } from "./checks/parts_check.ts";
import { portCheck } from "./checks/port_check.ts";
import { portFileCheck } from "./checks/port_file_check.ts";
import { predecessorCheck } from "./checks/predecessor_check.ts";
import { proxyCheck } from "./checks/proxy_check.ts";
import { secretsCheck } from "./checks/secrets_check.ts";
import { trayCheck } from "./checks/tray_check.ts";

/** Every check, in the order in which they are told. */
export const checks: readonly Check[] = [
  daemonCheck,
  partsCheck,
  crashCheck,
  portCheck,
  configCheck,
  foldersCheck,
  ollamaCheck,
  backendsCheck,
  secretsCheck,
  busCheck,
  trayCheck,
  autostartCheck,
  predecessorCheck,
  portFileCheck,
  proxyCheck,
  machineCheck,
];
