/** A text as the body of a notification whose server reads markup (Desktop Notifications Specification, "Markup"). */
export function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
