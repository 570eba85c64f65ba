const FILE_PATH = /^\/api\/files\/([A-Za-z0-9_-]{1,64})\/download$/;

/**
 * The id in the address of an uploaded file, or null for any other address. Only these are
 * fetched: the access token must never go to an address that somebody wrote into a message.
 */
export function fileId(url: string | null): string | null {
  return FILE_PATH.exec(url ?? '')?.[1] ?? null;
}

/** Where the bytes of an uploaded file are. */
export function filePath(id: string): string {
  return `/api/files/${encodeURIComponent(id)}/download`;
}

const SIZE = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

/** "812 B", "1.4 MB". */
export function formatSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${SIZE.format(value)} ${units[unit]}`;
}

/** The types that are shown in place. Anything that could hold a script is offered as a file. */
export function isPicture(contentType: string): boolean {
  return /^image\/(png|jpeg|gif|webp|avif|bmp)$/.test(contentType);
}
