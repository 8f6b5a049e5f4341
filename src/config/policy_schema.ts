import * as v from "valibot";

/** Several names in one text would be one pattern, which fits nothing and so protects nothing. */
const pattern = v.pipe(
  v.string(),
  v.regex(/^\s*[^\s,;]+\s*$/, "must be one name without blanks and commas, each of several on a line of its own"),
);

const patterns = (description: string) => v.optional(v.pipe(v.array(pattern), v.description(description)), []);

/** The section `privacy`. */
export const Privacy = v.strictObject({
  localModels: patterns(
    "Models whose requests never leave this machine, whatever the mode. * stands for any part of a name; llama3.2 is llama3.2:latest, llama3.2:* every tag of it.",
  ),
  localApps: patterns(
    "Programs whose requests never leave this machine, by what they call themselves first in their User-Agent, without a version. * stands for any part of a name.",
  ),
});

/** The section `limits`. */
export const Limits = v.strictObject({
  monthlyCloudTokens: v.optional(
    v.nullable(v.pipe(
      v.number(),
      v.integer(),
      v.minValue(1),
      v.maxValue(1_000_000_000_000),
      v.description(
        "How many tokens, of questions and answers together, clouds may use in a calendar month. null: no cap.",
      ),
    )),
    null,
  ),
  atCap: v.optional(
    v.pipe(
      v.picklist(["stop-cloud", "warn"]),
      v.description(
        "What happens when that is reached: stop-cloud asks local backends only until the month ends; warn tells you, and goes on.",
      ),
    ),
    "stop-cloud",
  ),
});
