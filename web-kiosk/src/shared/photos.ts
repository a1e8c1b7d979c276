// Photos as they are sent: scaled in the browser, so that a township's line can carry them; where they were taken and with
// what stays behind.

/** What the hub takes of one photo is more; the line is the narrow place. */
export const most = 1_500_000;
export const atMost = 6;
const longest = 2048;

/** The size of a picture inside a square, its shape kept. */
export function fit(width: number, height: number, side = longest): { width: number; height: number } {
  const scale = Math.min(1, side / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** A photo as a JPEG of at most `most` bytes; null where the file is no picture that this browser can read. */
export async function shrink(file: Blob): Promise<Blob | null> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return null;
  }
  try {
    for (const [side, quality] of [[longest, 0.85], [1600, 0.8], [1280, 0.75], [960, 0.7], [640, 0.6]] as const) {
      const jpeg = await draw(picture, side, quality);
      if (jpeg && jpeg.size <= most) return jpeg;
    }
    return null;
  } finally {
    picture.close();
  }
}

function draw(picture: ImageBitmap, side: number, quality: number): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, fit(picture.width, picture.height, side));
  const pen = canvas.getContext("2d");
  if (!pen) return Promise.resolve(null);
  pen.fillStyle = "white"; // what is transparent would turn black
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
}

/** An act and its photos, each under the name that the act gives it, as the hub reads them. */
export function formOf(data: unknown, photos: { name: string; blob: Blob }[]): FormData {
  const form = new FormData();
  form.append("data", JSON.stringify(data));
  for (const p of photos) form.append(p.name, p.blob, `${p.name}.jpg`);
  return form;
}
