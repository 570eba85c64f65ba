/** An RFC 9457 problem document as an error, or a failure to reach the server (status 0). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  /** Seconds to wait before another try, when the server said so. */
  readonly retryAfter: number | null;

  constructor(status: number, code: string, detail: string, retryAfter: number | null = null) {
    super(detail);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /** The server could not be reached. */
  static unreachable(): Problem {
    return new Problem(0, 'unreachable', 'The server cannot be reached. Check your connection.');
  }

  /** From the status, the headers and the parsed body of an answer. */
  static from(status: number, headers: Headers, body: unknown): Problem {
    const fields = isRecord(body) ? body : {};
    const detail =
      banWords(fields) ?? text(fields.detail) ?? text(fields.title) ?? fallbackDetail(status);
    return new Problem(status, text(fields.code) ?? `http_${status}`, detail, seconds(headers));
  }
}

/** Words for any thrown value that a person can act on. */
export function describe(error: unknown): string {
  if (!(error instanceof Problem)) return 'Something went wrong. Please try again.';
  if (error.status !== 429 || error.retryAfter === null) return error.message;
  return `Too many tries. Wait ${error.retryAfter} s and try again.`;
}

/** Who is banned is told why and until when. */
function banWords(fields: Record<string, unknown>): string | null {
  const reason = text(fields.reason);
  if (fields.code !== 'banned' || reason === null) return null;
  const until = new Date(text(fields.until) ?? Number.NaN);
  const end = Number.isNaN(until.getTime())
    ? ''
    : ` until ${until.toLocaleString(undefined, { dateStyle: 'long', timeStyle: 'short' })}`;
  return `This account is banned${end}: ${reason}`;
}

function fallbackDetail(status: number): string {
  if (status === 413) return 'That is larger than this server accepts.';
  if (status === 429) return 'Too many requests. Wait a moment and try again.';
  if (status >= 500) return 'The server has a problem. Please try again in a moment.';
  return `The server refused this (${status}).`;
}

function seconds(headers: Headers): number | null {
  const value = Number(headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(value) && value > 0 ? Math.ceil(value) : null;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
