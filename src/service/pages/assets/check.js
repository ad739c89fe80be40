// Checking: a text, a file, a picture or the camera, to `POST /v1/verify`; then the report.

import { Camera } from "./camera.js";
import { byId, replace } from "./elements.js";
import { drawDocument, drawReport, spoken } from "./report.js";
import { Trouble, verify } from "./service.js";
import { drawTrouble } from "./trouble.js";

// What the service takes of a picture; larger ones are drawn smaller first.
const PICTURE_BYTES = 10 * 1024 * 1024;
const PICTURE_EDGE = 3000;
const TAKEN = ["image/png", "image/jpeg"];

/** The view's behaviour. `titles` has the formats' titles by name. */
export function setUpCheck(titles) {
  const view = new CheckView(titles);
  byId("check-form").addEventListener("submit", (event) => {
    event.preventDefault();
    view.check();
  });
  byId("check-form").addEventListener("reset", () => view.clear());
  byId("file").addEventListener("change", (event) => view.choose(event.target.files));
  byId("remove").addEventListener("click", () => view.remove());
  byId("credential").addEventListener("input", () => view.remove());
  byId("camera-start").addEventListener("click", () => view.film());
  byId("camera-stop").addEventListener("click", () => view.stopFilming());
  byId("go-ask").addEventListener("click", () => view.stopFilming());
  setUpDrop(view);
}

class CheckView {
  #titles;
  #file = null;
  #preview = null;
  #camera = null;
  #turn = 0;

  constructor(titles) {
    this.#titles = titles;
  }

  /** Judges the file if one is chosen, the text otherwise. */
  async check() {
    this.stopFilming();
    const text = byId("credential").value;
    if (!this.#file && text.trim() === "") {
      this.#empty();
      this.#alert(new Trouble({ title: "There is nothing to check.", hint: "Paste a credential or choose a picture or a file." }, 0));
      byId("credential").focus();
      return;
    }
    const turn = this.#begin("Checking…");
    try {
      const input = this.#file ? await contentsOf(this.#file) : { text };
      const report = await verify(input, occasion());
      if (turn === this.#turn) this.#show(report, true);
    } catch (error) {
      if (turn === this.#turn) this.#alert(error);
    }
  }

  /** Takes the first of chosen, dropped or pasted files. */
  choose(files) {
    const [file] = files;
    if (!file) return this.remove();
    this.#forgetPreview();
    if (byId("file").files !== files) byId("file").files = files;
    this.#file = file;
    const words = `${file.name} is chosen.`;
    byId("chosen-name").textContent = words;
    byId("chosen").hidden = false;
    if (file.type.startsWith("image/")) {
      this.#preview = URL.createObjectURL(file);
      byId("preview").src = this.#preview;
      byId("preview").hidden = false;
    }
    this.#say(words, "aloud");
  }

  /** Forgets the chosen file. */
  remove() {
    const hadFocus = document.activeElement === byId("remove");
    this.#forgetPreview();
    this.#file = null;
    if (byId("file").value) byId("file").value = "";
    byId("chosen").hidden = true;
    if (hadFocus) byId("file").focus();
  }

  /** Forgets everything. */
  clear() {
    this.stopFilming();
    this.remove();
    this.#empty();
  }

  /** Looks through the camera until a credential is read. */
  async film() {
    this.stopFilming();
    const turn = this.#begin("Starting the camera…");
    const camera = new Camera(byId("video"), occasion());
    this.#camera = camera;
    byId("camera").hidden = false;
    try {
      await camera.start();
      if (this.#camera !== camera) return;
      this.#say("The camera looks for a code.");
      byId("camera-stop").focus({ preventScroll: true });
      byId("camera").scrollIntoView({ block: "nearest" });
      const report = await camera.read((words) => this.#say(words));
      if (report && turn === this.#turn) this.#show(report, true);
    } catch (error) {
      if (turn === this.#turn) this.#alert(error);
    } finally {
      if (this.#camera === camera) this.stopFilming();
    }
  }

  /** Turns the camera off. */
  stopFilming() {
    if (!this.#camera) return;
    const hadFocus = byId("camera").contains(document.activeElement);
    const wasReading = this.#camera.stop();
    this.#camera = null;
    byId("camera").hidden = true;
    if (wasReading) this.#say("The camera is off.");
    if (hadFocus) byId("camera-start").focus();
  }

  #forgetPreview() {
    if (this.#preview) URL.revokeObjectURL(this.#preview);
    this.#preview = null;
    byId("preview").hidden = true;
    byId("preview").removeAttribute("src");
  }

  #begin(words) {
    this.#empty();
    this.#say(words);
    return this.#turn;
  }

  #empty() {
    this.#turn += 1;
    this.#say("");
    replace(byId("check-alert"));
    replace(byId("check-report"));
  }

  #show(report, moveFocus) {
    if (this.#camera) this.stopFilming();
    replace(byId("check-report"), drawReport(report, this.#titles), drawDocument(report));
    this.#say(spoken(report), "aloud");
    if (moveFocus) byId("check-report").querySelector(".verdict-word").focus();
  }

  #alert(error) {
    this.#say("");
    replace(byId("check-alert"), drawTrouble(error));
  }

  /** Says it; only aloud, where it is to be seen elsewhere. */
  #say(words, how = "") {
    byId("check-status").className = `status ${how}`;
    byId("check-status").textContent = words;
  }
}

function occasion() {
  const of = (id) => byId(id).value.trim();
  return { nonce: of("nonce"), audience: of("audience"), format: of("format") };
}

/** What a file is to the service: a picture, a text, or bytes. */
async function contentsOf(file) {
  if (file.type.startsWith("image/")) return pictureOf(file);
  const bytes = await file.arrayBuffer();
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { bytes, media: "application/cbor" };
  }
}

/** A picture as it is where the service takes it; drawn anew, and not too large, otherwise. */
async function pictureOf(file) {
  if (TAKEN.includes(file.type) && file.size <= PICTURE_BYTES) return { bytes: file, media: file.type };
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new Trouble({ title: "This browser cannot read that picture.", hint: "Choose a PNG or a JPEG." }, 0);
  }
  const scale = Math.min(1, PICTURE_EDGE / Math.max(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(bitmap.width * scale)), Math.max(1, Math.round(bitmap.height * scale)));
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return { bytes: await canvas.convertToBlob({ type: "image/png" }), media: "image/png" };
}

/** Dropping anywhere on the form, and pasting a picture. */
function setUpDrop(view) {
  const form = byId("check-form");
  const drop = byId("drop");
  form.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    drop.classList.add("over");
  });
  form.addEventListener("dragleave", (event) => {
    if (!form.contains(event.relatedTarget)) drop.classList.remove("over");
  });
  form.addEventListener("drop", (event) => {
    drop.classList.remove("over");
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    view.choose(event.dataTransfer.files);
  });
  form.addEventListener("paste", (event) => {
    if (!event.clipboardData?.files.length) return;
    event.preventDefault();
    view.choose(event.clipboardData.files);
  });
}
