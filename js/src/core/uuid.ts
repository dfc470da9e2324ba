let lastTime = 0;
let lastCount = 0;

/** A UUIDv7: ordered by time, and by a counter within a millisecond. */
export function uuid7(now = Date.now()): string {
  const random = crypto.getRandomValues(new Uint8Array(10));
  if (now > lastTime) {
    lastTime = now;
    lastCount = (random[0] ?? 0) & 0x7f;
  } else if (++lastCount > 0xfff) {
    lastTime++;
    lastCount = 0;
  }
  const time = lastTime.toString(16).padStart(12, "0");
  const count = lastCount.toString(16).padStart(3, "0");
  const variant = (((random[1] ?? 0) & 0x3f) | 0x80).toString(16);
  const rest = Array.from(random.subarray(2, 9), (byte) => byte.toString(16).padStart(2, "0"));
  const tail = variant + rest.join("");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-${tail.slice(0, 4)}-${tail.slice(4)}`;
}
