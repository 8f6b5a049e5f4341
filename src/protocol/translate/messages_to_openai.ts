import { Fields, untranslatable } from "./fields.ts";
import { imageToDataUrl } from "./images.ts";
import { openaiToolCall, readOllamaToolCalls, type ToolCall } from "./tool_calls.ts";

type Message = Record<string, unknown>;

/** Ollama's `messages` in OpenAI's form. Throws `RequestError` 400. */
export function messagesToOpenAI(request: Fields, id: () => string): Message[] {
  const writer = new MessageWriter(id);
  return request.objects("messages").map((message) => writer.write(message));
}

/** A user's text and images: a plain text where there are no images, which is what every server takes. */
export function userContent(text: string, images: readonly unknown[], field: string): unknown {
  if (images.length === 0) return text;
  const parts: Message[] = text === "" ? [] : [{ type: "text", text }];
  images.forEach((image, index) => {
    parts.push({ type: "image_url", image_url: { url: imageToDataUrl(image, `${field}[${index}]`) } });
  });
  return parts;
}

class MessageWriter {
  readonly #id: () => string;
  /** Calls that wait for their result, oldest first: in Ollama's dialect ids may be missing on either side. */
  #open: { id: string; name: string }[] = [];

  constructor(id: () => string) {
    this.#id = id;
  }

  write(message: Fields): Message {
    const role = message.string("role")?.toLowerCase();
    if (!role) throw untranslatable(message.place("role"), "is missing");
    const text = message.string("content") ?? "";
    const images = message.array("images") ?? [];
    if (images.length > 0 && role !== "user") {
      throw untranslatable(message.place("images"), "is only possible in messages of the user");
    }
    if (role === "tool") return { role, tool_call_id: this.#answered(message), content: text };
    if (role === "assistant") return this.#assistant(message, text);
    return { role, content: userContent(text, images, message.place("images")) };
  }

  #assistant(message: Fields, text: string): Message {
    const calls = toolCalls(message).map((call) => ({ call, id: call.id ?? `call_${this.#id()}` }));
    const thinking = message.string("thinking");
    const written: Message = { role: "assistant", content: text === "" && calls.length > 0 ? null : text };
    if (thinking) written.reasoning = thinking;
    if (calls.length > 0) written.tool_calls = calls.map(({ call, id }) => openaiToolCall(call, id));
    this.#open.push(...calls.map(({ call, id }) => ({ id, name: call.name })));
    return written;
  }

  /** The id of the call whose result this is: as it says, else the oldest open call of its tool, else the oldest. */
  #answered(message: Fields): string {
    const said = message.string("tool_call_id");
    const name = message.string("tool_name");
    const open = said
      ? this.#open.find((call) => call.id === said)
      : this.#open.find((call) => call.name === name) ?? this.#open[0];
    if (open) this.#open = this.#open.filter((call) => call !== open);
    return said || open?.id || `call_${this.#id()}`;
  }
}

function toolCalls(message: Fields): ToolCall[] {
  try {
    return readOllamaToolCalls(message.raw("tool_calls"));
  } catch (cause) {
    throw untranslatable(message.place("tool_calls"), `must be Ollama's tool calls: ${(cause as Error).message}`);
  }
}
