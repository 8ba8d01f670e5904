/** Hands a file to the person, as the browser saves files. */
export function save(name: string, content: Blob | string): void {
  const url = typeof content === "string" ? content : URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  if (typeof content !== "string") setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A title as a file's name. */
export function fileName(title: string, ending: string): string {
  const plain = title.normalize("NFKD").replace(/[^\p{Letter}\p{Number}]+/gu, "-");
  return `${plain.replace(/^-+|-+$/g, "").toLowerCase() || "cultivar"}.${ending}`;
}
