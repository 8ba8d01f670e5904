/** What may be sent as one batch. Pure. */

export const PHOTOS_AT_MOST = 100;

export interface Chosen {
  photos: File[];
  archive: File | null;
  fault: "mixed" | "archives" | "too_many" | null;
}

export const NOTHING: Chosen = { photos: [], archive: null, fault: null };

function isArchive(file: File): boolean {
  return /\.zip$/i.test(file.name) || /zip/.test(file.type);
}

function same(one: File, other: File): boolean {
  return one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;
}

/** Adds files to those chosen before; one that is there already is not added again. */
export function chosenWith(before: Chosen, files: readonly File[]): Chosen {
  const held = before.archive === null ? before.photos : [before.archive];
  const fresh = files.filter((file) => !held.some((one) => same(one, file)));
  const all = [...held, ...fresh];
  const archives = all.filter(isArchive);
  const photos = all.filter((file) => !isArchive(file));
  if (archives.length > 1) return { ...before, fault: "archives" };
  if (archives.length === 1 && photos.length > 0) return { ...before, fault: "mixed" };
  if (photos.length > PHOTOS_AT_MOST) return { ...before, fault: "too_many" };
  return { photos, archive: archives[0] ?? null, fault: null };
}

export function bytesOf({ photos, archive }: Chosen): number {
  return photos.reduce((sum, file) => sum + file.size, archive?.size ?? 0);
}

/** The form of `POST predict/batch`. */
export function formOf({ photos, archive }: Chosen, fields: Readonly<Record<string, string>>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value !== "") form.append(name, value);
  if (archive !== null) form.append("archive", archive, archive.name);
  for (const photo of photos) form.append("files", photo, photo.name);
  return form;
}
