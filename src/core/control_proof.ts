/** A nonce as it may be asked with: long enough that nobody has seen it before. */
export const noncePattern = /^[\w-]{16,128}$/;

/** Sets what is signed here apart from whatever else the token may ever sign. */
const purpose = "cloudtolocalllm control proof: ";

/**
 * What only who knows the control token makes of a nonce: HMAC-SHA-256, in hex. A program that has the port of a killed
 * daemon cannot give it, so nothing of the user's is sent to that one, the token neither.
 */
export async function controlProof(token: string, nonce: string): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(token), algorithm, false, ["sign"]);
  const signature = await crypto.subtle.sign(algorithm.name, key, encoder.encode(purpose + nonce));
  return Array.from(new Uint8Array(signature), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
