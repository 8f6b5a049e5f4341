/** Second Oakley group (RFC 2409, 6.2), which `dh-ietf1024-sha256-aes128-cbc-pkcs7` names: a 1024-bit safe prime. */
const prime = BigInt(
  "0xFFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD" +
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED" +
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF",
);
const generator = 2n;
export const groupBytes = 128;

export interface DhKeyPair {
  /** Big-endian, {@linkcode groupBytes} long. */
  publicKey: Uint8Array<ArrayBuffer>;
  /** What both sides share, padded to the group's length. Throws a RangeError for what is no public key of a peer's. */
  sharedWith(peerKey: Uint8Array): Uint8Array<ArrayBuffer>;
}

/** A key pair of the group; `random`: {@linkcode groupBytes} bytes. */
export function dhKeyPair(
  random: Uint8Array = crypto.getRandomValues(new Uint8Array(groupBytes)),
): DhKeyPair {
  const secret = toBigInt(random) % (prime - 3n) + 2n;
  return {
    publicKey: toBytes(modPow(generator, secret)),
    sharedWith(peerKey) {
      const peer = peerKey.length <= groupBytes ? toBigInt(peerKey) : 0n;
      // 0, 1 and -1 would make a key that anybody knows.
      if (peer <= 1n || peer >= prime - 1n) throw new RangeError("Not a public key of the group");
      return toBytes(modPow(peer, secret));
    },
  };
}

function modPow(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let power = base % prime, rest = exponent; rest > 0n; rest >>= 1n, power = power * power % prime) {
    if (rest & 1n) result = result * power % prime;
  }
  return result;
}

function toBigInt(bytes: Uint8Array): bigint {
  return BigInt(`0x0${bytes.toHex()}`);
}

function toBytes(value: bigint): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(value.toString(16).padStart(groupBytes * 2, "0"));
}
