/** What a model's name says of it, whichever shop it is written for. */
export interface ModelParts {
  /** Its family without vendor, size, quantisation and other packing: `qwen-2.5-coder`. */
  family: string;
  /** Thousands of millions of weights; `undefined` where the name does not say. */
  sizeB?: number;
  /** What may differ between two names of one model: dates, lengths of context, numbers of experts. */
  details: readonly string[];
}

/** How a model is packed or served, not what it is. */
const packing = new RegExp(
  "^(latest|free|cloud|instruct|it|chat|hf|gguf|ggml|mlx|gptq|awq|exl2|qat|preview|extended|nitro|floor|online|beta|" +
    "i?q\\d\\w*|[bf]?f?p?16|fp?32|fp[48]|mxfp4|nvfp4|int[48]|[48]bit|w\\d+a\\d+)$",
);
const size = /^e?(?:(\d+)x)?(\d+(?:\.\d+)?)([bmt])$/;
/** Lengths of context, active weights, numbers of experts. */
const detail = /^(\d+k|a\d+(\.\d+)?b|\d+e)$/;
/** As vendors write it: 2024-07-18, 08-2024, 20250514, 2407. */
const date = /-(20\d\d-\d\d(?:-\d\d)?|\d\d-20\d\d|20\d{6}|\d{4})(?=-|$)/g;
const unitB = { m: 0.001, b: 1, t: 1_000 } as const;

/** Reads `meta-llama/Llama-3.2-3B-Instruct-GGUF:Q4_K_M` as `llama-3.2` with 3 thousand millions. Pure. */
export function modelParts(name: string): ModelParts {
  const plain = name.trim().toLowerCase().replace(/^.*\//, "").replace(/\.gguf$/, "").replaceAll(/[:\s]+/g, "-");
  const details: string[] = [];
  const undated = plain.replace(date, (found) => (details.push(found.slice(1)), ""));
  const family: string[] = [];
  let sizeB: number | undefined;
  for (const token of undated.split("-")) {
    const [, times, figure, unit] = token.match(size) ?? [];
    if (figure && sizeB === undefined) sizeB = Number(times ?? 1) * Number(figure) * unitB[unit as keyof typeof unitB];
    else if (detail.test(token) || (sizeB !== undefined && /^v\d/.test(token))) details.push(token);
    // Before its family is named nothing is packing: `chat-something` is a name.
    else if (family.length === 0 || !packing.test(token)) family.push(...pieces(token));
  }
  return { family: family.join("-"), sizeB, details };
}

/** `qwen2.5` and `qwen-2.5` are the same. */
function pieces(token: string): string[] {
  return token.match(/[^\d._]+|\d+(?:\.\d+)*/g) ?? [];
}
