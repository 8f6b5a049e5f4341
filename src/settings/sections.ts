import { about } from "./about/about.tsx";
import { connections } from "./connections/connections.tsx";
import { desktop } from "./desktop/desktop.tsx";
import { logs } from "./logs/logs.tsx";
import { models } from "./models/models.tsx";
import { overview } from "./overview/overview.tsx";
import { privacy } from "./privacy/privacy.tsx";
import type { Section } from "./section.ts";
import { tryIt } from "./try_it/try_it.tsx";

/** Every page, in the order of the navigation. */
export const sections: readonly Section[] = [overview, connections, models, tryIt, privacy, desktop, logs, about];
