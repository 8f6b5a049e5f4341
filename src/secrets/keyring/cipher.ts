/** How values travel over the bus in one session (Secret Service API draft, "Transfer of Secrets"). */
export interface Cipher {
  seal(value: string): Promise<Sealed>;
  /** Rejects when it was not sealed with the key of this session. */
  open(sealed: Sealed): Promise<string>;
}

export interface Sealed {
  parameters: Uint8Array;
  value: Uint8Array;
}

const ivBytes = 16;

/** The algorithm `plain`: as they are. */
export const plainCipher: Cipher = {
  seal: (value) => Promise.resolve({ parameters: new Uint8Array(0), value: new TextEncoder().encode(value) }),
  // deno-lint-ignore require-await -- what it throws is a rejection
  open: async ({ value }) => toText(value),
};

/** AES-128-CBC with PKCS#7 padding and a fresh IV, its key from what both sides share by HKDF with SHA-256. */
export async function aesCipher(shared: Uint8Array<ArrayBuffer>): Promise<Cipher> {
  const material = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: new Uint8Array(0) };
  const aes = { name: "AES-CBC", length: 128 };
  const key = await crypto.subtle.deriveKey(hkdf, material, aes, false, ["encrypt", "decrypt"]);
  return {
    async seal(value) {
      const parameters = crypto.getRandomValues(new Uint8Array(ivBytes));
      const bytes = new TextEncoder().encode(value);
      const sealed = await crypto.subtle.encrypt({ name: "AES-CBC", iv: parameters }, key, bytes);
      return { parameters, value: new Uint8Array(sealed) };
    },
    async open({ parameters, value }) {
      if (parameters.length !== ivBytes) throw new RangeError(`its IV has ${parameters.length} bytes, not ${ivBytes}`);
      const iv = new Uint8Array(parameters);
      const opened = await crypto.subtle.decrypt({ name: "AES-CBC", iv }, key, new Uint8Array(value)).catch((cause) => {
        throw new RangeError("it was not encrypted with the key of the session", { cause });
      });
      return toText(new Uint8Array(opened));
    },
  };
}

function toText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new TypeError("it is not text", { cause });
  }
}
