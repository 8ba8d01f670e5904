import { useEffect, useState } from "react";
import type { Photo } from "./database";

/** A photo as something that an `img` can show; undefined for the first moment. */
export function usePhotoUrl(photo: Photo | undefined): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (photo === undefined) return;
    const made = URL.createObjectURL(new Blob([photo.bytes], { type: photo.type }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [photo]);
  return photo === undefined ? undefined : url;
}
