import { useEffect, useState } from "react";

function pictures(list: FileList | undefined | null): File[] {
  return [...(list ?? [])].filter((file) => file.type.startsWith("image/"));
}

/** Photos that are pasted or dropped anywhere on the page; true while one is held over it. */
export function useDrop(onFiles: (files: File[]) => void): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const files = pictures(event.clipboardData?.files);
      if (files.length > 0) onFiles(files);
    };
    const drag = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => event.relatedTarget === null && setOver(false);
    const drop = (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      const files = pictures(event.dataTransfer?.files);
      if (files.length > 0) onFiles(files);
    };
    window.addEventListener("paste", paste);
    window.addEventListener("dragover", drag);
    window.addEventListener("dragleave", leave);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("paste", paste);
      window.removeEventListener("dragover", drag);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("drop", drop);
    };
  }, [onFiles]);
  return over;
}
