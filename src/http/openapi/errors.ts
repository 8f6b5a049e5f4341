import { about, array, object, ref, type Schema, text } from "./schema.ts";

/** What every part answers with when it refuses. */
export const errorSchemas: Readonly<Record<string, Schema>> = {
  Error: object({
    error: object({
      message: about("What was refused and what to do, as a sentence", text),
      code: about("Names what it was, where a program may want to tell apart", text),
    }, { optional: ["code"] }),
  }),
  Problem: object({
    path: about("Where: listen.port, backends[0].url; empty for all of it", text),
    reason: about("Why, as words that follow the path", text),
    value: about("What is there, shortened, never a secret; empty where it says nothing", text),
  }),
  Problems: object({ error: object({ message: text, problems: array(ref("Problem")) }) }),
};

export const errorResponses = {
  BadRequest: refusal("What was sent is not what is taken here"),
  Unauthorized: refusal("The token of control.json, or the session of the settings page, is missing or over"),
  Forbidden: refusal("From a page of elsewhere, under a name that is not ours, or without the csrf token"),
  NotFound: refusal("There is no such thing"),
  Conflict: refusal("It was changed meanwhile, or the configuration's file cannot be used"),
  TooLarge: refusal("What was sent is too large"),
  Unprocessable: refusal("The settings are not good; each problem says where", "Problems"),
  Unavailable: refusal("It cannot be done now"),
};

function refusal(description: string, schema = "Error") {
  return { description, content: { "application/json": { schema: ref(schema) } } };
}
