/** A UUIDv7: made of the time and of chance. (`crypto.randomUUID` is missing on plain http.) */
export function uuid7(now = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  const chance = Array.from(bytes, (byte) => (byte + 256).toString(16).slice(1)).join("");
  const time = now.toString(16).padStart(12, "0");
  const variant = "89ab"[(bytes[9] ?? 0) & 3];
  const tail = `${variant}${chance.slice(3, 6)}-${chance.slice(6, 18)}`;
  return `${time.slice(0, 8)}-${time.slice(8)}-7${chance.slice(0, 3)}-${tail}`;
}

/** The time at which a UUIDv7 was made, in ms since 1970. */
export function timeOf(id: string): number {
  const at = Number.parseInt(id.replace("-", "").slice(0, 12), 16);
  return Number.isFinite(at) ? at : Date.now();
}
