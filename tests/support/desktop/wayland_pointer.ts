/** A request's argument: a number, or a text. */
type Argument = number | string;

const display = 1;
const registry = 2;
const managerName = "zwlr_virtual_pointer_manager_v1";
const manager = 3;
const pointer = 4;

/**
 * A pointer that a Wayland compositor takes for a real one, as long as it lives (wlr-virtual-pointer-unstable-v1). A
 * compositor without devices offers its programs none, and sway's own `cursor` command does not change that.
 */
export class WaylandPointer implements AsyncDisposable {
  readonly #socket: Deno.UnixConn;
  readonly #reading: Promise<void>;
  readonly #globals = new Map<string, number>();
  readonly #listed = Promise.withResolvers<void>();
  #failure: Error | undefined;

  private constructor(socket: Deno.UnixConn) {
    this.#socket = socket;
    this.#reading = this.#read();
  }

  static async connect(path: string): Promise<WaylandPointer> {
    const result = new WaylandPointer(await Deno.connect({ transport: "unix", path }));
    await result.#send(display, 1, registry);
    await result.#listed.promise;
    const name = result.#globals.get(managerName);
    if (name === undefined) throw new Error(`The compositor has no ${managerName}`);
    await result.#send(registry, 0, name, managerName, 1, manager);
    await result.#send(manager, 0, 0, pointer);
    return result;
  }

  /** Moves to a place on a screen of this size. */
  async moveTo(x: number, y: number, { width, height }: { width: number; height: number }): Promise<void> {
    await this.#send(pointer, 1, now(), x, y, width, height);
    await this.#send(pointer, 4);
  }

  /** `button`: Linux's code. */
  async press(button: number, isDown: boolean): Promise<void> {
    await this.#send(pointer, 2, now(), button, isDown ? 1 : 0);
    await this.#send(pointer, 4);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.#reading;
  }

  async #send(object: number, opcode: number, ...args: Argument[]): Promise<void> {
    if (this.#failure) throw this.#failure;
    const body = args.flatMap((arg) => [...typeof arg === "number" ? wordBytes(arg) : textBytes(arg)]);
    const message = new Uint8Array([...wordBytes(object), ...wordBytes((8 + body.length) << 16 | opcode), ...body]);
    for (let sent = 0; sent < message.length;) sent += await this.#socket.write(message.subarray(sent));
  }

  async #read(): Promise<void> {
    let pending = new Uint8Array();
    try {
      for await (const chunk of this.#socket.readable) {
        pending = new Uint8Array([...pending, ...chunk]);
        while (pending.length >= 8) {
          const view = new DataView(pending.buffer);
          const size = view.getUint32(4, true) >> 16;
          if (pending.length < size) break;
          this.#receive(view, size);
          pending = pending.slice(size);
        }
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted)) throw error;
    }
  }

  #receive(view: DataView, size: number): void {
    const [object, opcode] = [view.getUint32(0, true), view.getUint32(4, true) & 0xffff];
    const text = (at: number) => {
      const length = view.getUint32(at, true);
      return new TextDecoder().decode(new Uint8Array(view.buffer, at + 4, length - 1));
    };
    if (object === registry && opcode === 0) {
      this.#globals.set(text(12), view.getUint32(8, true));
      // The registry lists them all at once; what is wanted is among the first answer.
      if (text(12) === managerName) this.#listed.resolve();
    } else if (object === display && opcode === 0) {
      this.#failure = new Error(`The compositor refuses a request: ${text(16)} (${size} bytes)`);
      this.#listed.reject(this.#failure);
    }
  }
}

function wordBytes(value: number): Uint8Array {
  return new Uint8Array(new Uint32Array([value]).buffer);
}

/** Length with the closing 0, the text, padding to 4 bytes. */
function textBytes(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(`${text}\0`);
  const padded = new Uint8Array(4 + Math.ceil(bytes.length / 4) * 4);
  padded.set(wordBytes(bytes.length));
  padded.set(bytes, 4);
  return padded;
}

function now(): number {
  return Math.floor(performance.now());
}
