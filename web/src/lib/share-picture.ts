/** An answer as a picture for others: the photo with what was found drawn on it, and below it the answer in words. */
import { fetchFile } from "./fetch-file";
import { fileName, save } from "./save";

export interface Sharing {
  predictionId: string;
  language: string;
  /** Large, below the photo. */
  title: string;
  /** Small, below that. */
  lines: readonly string[];
  /** Of the file. */
  name: string;
}

const EDGE = 0.04;
const TITLE = 0.045;
const LINE = 0.03;

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--share-${name}`).trim();
}

/** Breaks a text into lines that fit. */
export function wrap(text: string, fits: (line: string) => boolean): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((one) => one !== "")) {
    const last = lines.at(-1);
    if (last !== undefined && fits(`${last} ${word}`)) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

interface Run {
  text: string;
  font: string;
  step: number;
  ink: string;
}

function runsOf(pen: CanvasRenderingContext2D, width: number, sharing: Sharing): Run[] {
  const room = width * (1 - 2 * EDGE);
  const fonts = [
    {
      text: sharing.title,
      font: `600 ${width * TITLE}px system-ui, sans-serif`,
      step: width * TITLE * 1.3,
      ink: "ink",
    },
    ...sharing.lines.map((text) => ({
      text,
      font: `${width * LINE}px system-ui, sans-serif`,
      step: width * LINE * 1.4,
      ink: "soft",
    })),
  ];
  return fonts.flatMap((run) => {
    pen.font = run.font;
    return wrap(run.text, (line) => pen.measureText(line).width <= room).map((text) => ({ ...run, text }));
  });
}

async function draw(photo: ImageBitmap, sharing: Sharing): Promise<Blob> {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  if (pen === null) throw new TypeError("no canvas");
  const width = photo.width;
  const edge = width * EDGE;
  const runs = runsOf(pen, width, sharing);
  canvas.width = width;
  canvas.height = Math.ceil(photo.height + 2 * edge + runs.reduce((sum, run) => sum + run.step, 0));
  pen.fillStyle = colour("paper");
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(photo, 0, 0);
  pen.textBaseline = "top";
  let y = photo.height + edge;
  for (const run of runs) {
    pen.font = run.font;
    pen.fillStyle = colour(run.ink);
    pen.fillText(run.text, edge, y);
    y += run.step;
  }
  return new Promise((resolve, reject) =>
    canvas.toBlob((made) => (made ? resolve(made) : reject(new TypeError("no picture"))), "image/jpeg", 0.9),
  );
}

/** Hands the picture to another app where the browser can, else saves it; says which. A closed share sheet is no error. */
export async function sharePicture(sharing: Sharing): Promise<"shared" | "saved"> {
  const path = `/api/v1/predictions/${sharing.predictionId}/visualization`;
  const drawn = await createImageBitmap(await fetchFile(path, { "Accept-Language": sharing.language }));
  const blob = await draw(drawn, sharing);
  const file = new File([blob], fileName(sharing.name, "jpg"), { type: blob.type });
  if (!(navigator.canShare?.({ files: [file] }) ?? false)) {
    save(file.name, file);
    return "saved";
  }
  try {
    await navigator.share({ files: [file], title: sharing.title });
  } catch (error) {
    if (!(error instanceof DOMException && error.name === "AbortError")) {
      save(file.name, file);
      return "saved";
    }
  }
  return "shared";
}
