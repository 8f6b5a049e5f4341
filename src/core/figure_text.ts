/** A whole number for a person to read: `1,000,000`. */
export function figureText(figure: number): string {
  return String(figure).replace(/\B(?=(\d{3})+$)/g, ",");
}
