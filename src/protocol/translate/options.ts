/** What a translation is told from outside. */
export interface TranslateOptions {
  /** The model's name at the backend; the client is answered under the name it asked for. */
  model: string;
  /** Wall clock in ms since 1970. */
  now: () => number;
  /** A new id, unique in this process, without prefix. */
  id: () => string;
  /** Whether an OpenAI-compatible backend also takes `top_k`, `min_p` and `repeat_penalty`. Default: it does not. */
  topK?: boolean;
}
