const names = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** The calendar month here, as `2026-01`. `at`: ms since 1970. */
export function monthOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}`;
}

/** When the month ends here and the next one begins, in ms since 1970. */
export function monthEnd(at: number): number {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth() + 1, 1).getTime();
}

/** A day as the user's calendar shows it: `1 December`. */
export function dayText(at: number): string {
  const date = new Date(at);
  return `${date.getDate()} ${names[date.getMonth()]}`;
}
