/** A PNG of one pixel. */
export const pngBase64 =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** Tools in the form that both dialects share. */
export const weather = tool("get_weather", { city: { type: "string" }, days: { type: "integer" } });
export const time = tool("get_time", { zone: { type: "string" } });

/** What the scripted models put into a call of each tool. */
export const weatherArguments = { city: "city for get_weather", days: 7 };
export const timeArguments = { zone: "zone for get_time" };

/** A schema and the value that the scripted models make of it. */
export const personSchema = {
  type: "object",
  properties: {
    name: { type: "string" },
    age: { type: "integer" },
    tags: { type: "array", items: { type: "string" } },
  },
  required: ["name", "age", "tags"],
  additionalProperties: false,
};
export const personFor = (question: string) => ({ name: question, age: 7, tags: [question] });

function tool(name: string, properties: Record<string, { type: "string" | "integer" }>) {
  const parameters = { type: "object", properties, required: Object.keys(properties) };
  return { type: "function" as const, function: { name, description: `The tool ${name}`, parameters } };
}
