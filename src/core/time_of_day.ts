/** The time of day here, as `15:04`. `at`: ms since 1970. */
export function timeOfDay(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":");
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const dayMs = 86_400_000;

/** A moment as the user's clock shows it: `15:04`, and `23 Nov 15:04` where that could be another day's. */
export function timeText(at: number, now: number): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "an unknown time";
  const time = timeOfDay(at);
  const isNear = date.toDateString() === new Date(now).toDateString() || (at > now && at - now < dayMs);
  return isNear ? time : `${date.getDate()} ${months[date.getMonth()]} ${time}`;
}
