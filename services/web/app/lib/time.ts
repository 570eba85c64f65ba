const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const DAY_YEAR = new Intl.DateTimeFormat(undefined, { dateStyle: 'long' });
const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY_MS = 24 * HOUR;

/** "14:05" in the reader's locale and zone. */
export function clockTime(timestamp: string): string {
  return format(TIME, timestamp);
}

/** Day, date, time and seconds: the absolute form shown in tooltips. */
export function fullTime(timestamp: string): string {
  return format(FULL, timestamp);
}

/** A key that is equal for two times on the same local day. */
export function dayKey(timestamp: string): string {
  return new Date(timestamp).toDateString();
}

/** "Today", "Yesterday", "Friday, 20 November", or with the year when it is another one. */
export function dayLabel(timestamp: string, now: Date = new Date()): string {
  const date = new Date(timestamp);
  if (Number.isNaN(date.getTime())) return '';
  const days = Math.round((startOfDay(now) - startOfDay(date)) / DAY_MS);
  if (days === 0 || days === 1) return capitalise(RELATIVE.format(-days, 'day'));
  return date.getFullYear() === now.getFullYear() ? DAY.format(date) : DAY_YEAR.format(date);
}

/** "now", "5 minutes ago", "yesterday". */
export function timeAgo(timestamp: string, now: number = Date.now()): string {
  const age = now - new Date(timestamp).getTime();
  if (Number.isNaN(age)) return '';
  if (age < MINUTE) return RELATIVE.format(0, 'second');
  if (age < HOUR) return RELATIVE.format(-Math.floor(age / MINUTE), 'minute');
  if (age < DAY_MS) return RELATIVE.format(-Math.floor(age / HOUR), 'hour');
  return RELATIVE.format(-Math.floor(age / DAY_MS), 'day');
}

function format(formatter: Intl.DateTimeFormat, timestamp: string): string {
  const date = new Date(timestamp);
  return Number.isNaN(date.getTime()) ? '' : formatter.format(date);
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

function capitalise(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}
