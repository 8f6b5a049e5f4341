import { parseXwd, type Picture, type Rectangle } from "./picture.ts";
import { outputOf } from "./process_group.ts";
import type { Screen } from "./tray_menu.ts";

/** What an X display shows, and a pointer and a keyboard on it. */
export class XScreen implements Screen {
  readonly #env: Readonly<Record<string, string>>;

  constructor(env: Readonly<Record<string, string>>) {
    this.#env = env;
  }

  async picture(): Promise<Picture> {
    return parseXwd(await outputOf("xwd", { args: ["-silent", "-root"], env: this.#env }));
  }

  async click(place: Rectangle, button: 1 | 2 | 3 = 1): Promise<void> {
    await this.moveTo(place);
    await this.#xdotool("click", `${button}`);
  }

  async moveTo({ x, y, width, height }: Rectangle): Promise<void> {
    const [toX, toY] = [Math.floor(x + width / 2), Math.floor(y + height / 2)];
    await this.#xdotool("mousemove", `${toX}`, `${toY}`);
  }

  async press(key: string): Promise<void> {
    await this.#xdotool("key", key);
  }

  async #xdotool(...args: string[]): Promise<void> {
    await outputOf("xdotool", { args, env: this.#env });
  }
}
