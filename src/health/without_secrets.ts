import type { ProbeResult } from "../broker/backend.ts";

/**
 * What a backend tells of itself, for programs and pages to see: of a server that repeats its token there, the version is
 * cleaned, and models whose name or particulars would show it are left out. Pure.
 */
export function withoutSecrets(result: ProbeResult, redact: (text: string) => string): ProbeResult {
  const isClean = (value: unknown) => {
    const text = JSON.stringify(value);
    return redact(text) === text;
  };
  const models = isClean(result.models) ? result.models : result.models.filter(isClean);
  const warm = isClean(result.warm) ? result.warm : result.warm.filter(isClean);
  return { ...result, version: result.version === undefined ? undefined : redact(result.version), models, warm };
}
