/** A random UUIDv4. `crypto.randomUUID` is missing on plain-http origins, this is not. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}

/** What the servers accept as a room id. */
const ID_PATTERN = /^[A-Za-z0-9_.:@-]{1,64}$/;
const RESERVED_ROOMS = new Set(['threads', 'calls', 'feed', 'notifications']);

/** Whether `id` may name a room. */
export function isRoomId(id: string): boolean {
  return ID_PATTERN.test(id) && id !== '.' && id !== '..' && !RESERVED_ROOMS.has(id);
}

/** A room id made from a display name: "Design & Build" → "design-build". */
export function roomIdFromName(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64);
}
