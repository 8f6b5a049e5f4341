import * as v from "valibot";

/** The section `usage`. */
export const UsageOptions = v.strictObject({
  record: v.optional(
    v.pipe(
      v.boolean(),
      v.description(
        "Whether each model request is kept as a row of figures (usage.db in the state folder); never what was asked or answered.",
      ),
    ),
    true,
  ),
  keepDays: v.optional(
    v.pipe(
      v.number(),
      v.integer(),
      v.minValue(1),
      v.maxValue(3_650),
      v.description("For how many days a row is kept."),
    ),
    90,
  ),
});
