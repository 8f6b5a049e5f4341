/** Red, green, blue: 0-255 each. */
export type Colour = readonly [red: number, green: number, blue: number];

export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Pixels of a screen. */
export class Picture {
  readonly width: number;
  readonly height: number;
  /** Three bytes a pixel: red, green, blue. */
  readonly rgb: Uint8Array;

  constructor(width: number, height: number, rgb: Uint8Array) {
    this.width = width;
    this.height = height;
    this.rgb = rgb;
  }

  at(x: number, y: number): Colour {
    const index = (y * this.width + x) * 3;
    return [this.rgb[index], this.rgb[index + 1], this.rgb[index + 2]];
  }

  crop({ x, y, width, height }: Rectangle): Picture {
    const rgb = new Uint8Array(width * height * 3);
    for (let row = 0; row < height; row++) {
      const from = ((y + row) * this.width + x) * 3;
      rgb.set(this.rgb.subarray(from, from + width * 3), row * width * 3);
    }
    return new Picture(width, height, rgb);
  }

  /** The smallest rectangle that holds every pixel of `area` which differs from `other`. */
  difference(other: Picture, area: Rectangle = { x: 0, y: 0, ...this.#size }): Rectangle | undefined {
    let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
    for (let y = area.y; y < area.y + area.height; y++) {
      for (let x = area.x; x < area.x + area.width; x++) {
        if (isNear(this.at(x, y), other.at(x, y), 0)) continue;
        [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
      }
    }
    if (right < 0) return undefined;
    return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
  }

  /** The colour that most pixels of `area` have. */
  commonColour(area: Rectangle): Colour {
    const counts = new Map<number, number>();
    for (let y = area.y; y < area.y + area.height; y++) {
      for (let x = area.x; x < area.x + area.width; x++) {
        const [red, green, blue] = this.at(x, y);
        const key = red << 16 | green << 8 | blue;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
    const [most] = [...counts].reduce((best, one) => one[1] > best[1] ? one : best);
    return [most >> 16, most >> 8 & 255, most & 255];
  }

  get #size() {
    return { width: this.width, height: this.height };
  }
}

export function isNear(one: Colour, other: Colour, tolerance: number): boolean {
  return one.every((value, index) => Math.abs(value - other[index]) <= tolerance);
}

/** Reads what `xwd` writes of a screen with 24 bits a pixel, packed in 24 or 32 (X Window Dump, XWDFile.h). */
export function parseXwd(bytes: Uint8Array): Picture {
  const header = new DataView(bytes.buffer, bytes.byteOffset);
  const field = (index: number) => header.getUint32(index * 4);
  const [headerSize, width, height] = [field(0), field(4), field(5)];
  const [leastFirst, bitsPerPixel, lineBytes, colours] = [field(7) === 0, field(11), field(12), field(19)];
  if (bitsPerPixel < 24 || !leastFirst) throw new Error(`Cannot read a dump of ${bitsPerPixel} bits a pixel`);
  const step = bitsPerPixel / 8;
  const start = headerSize + colours * 12;
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, from = start + y * lineBytes; x < width; x++, from += step) {
      rgb[to++] = bytes[from + 2];
      rgb[to++] = bytes[from + 1];
      rgb[to++] = bytes[from];
    }
  }
  return new Picture(width, height, rgb);
}

/** Reads a binary PPM (P6) with 8 bits a channel, as `grim` writes it. */
export function parsePpm(bytes: Uint8Array): Picture {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 64)).match(/^P6\s(\d+)\s(\d+)\s255\s/);
  if (!head) throw new Error("Cannot read a picture that is no binary PPM");
  return new Picture(Number(head[1]), Number(head[2]), bytes.subarray(head[0].length));
}

export function writePpm({ width, height, rgb }: Picture): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(`P6\n${width} ${height}\n255\n`);
  const bytes = new Uint8Array(head.length + rgb.length);
  bytes.set(head);
  bytes.set(rgb, head.length);
  return bytes;
}
