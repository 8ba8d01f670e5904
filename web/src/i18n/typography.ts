/** How a language sets its signs. Pure. */

/** French has a space before ? ! ; : » and after «: a line never breaks there. */
export function typeset(text: string, language: string): string {
  return language === "fr" ? text.replace(/ (?=[?!;:»])|(?<=«) /g, "\u00a0") : text;
}
