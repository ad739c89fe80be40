// The camera: frames until a code is read. Where the browser reads codes itself, only their text goes to the service; else each
// frame does, one at a time.

import { Trouble, verify } from "./service.js";

const PAUSE_MS = 250;
const FRAME_EDGE = 1280;

// Nothing was in the frame, or nothing whole: look on.
const NOTHING = new Set(["image.no_code", "image.unreadable"]);

// A part of a SMART Health Card that stands in several codes: `shc:/2/3/…`.
const CHUNK = /^shc:\/([1-9]\d?)\/([1-9]\d?)\//;

/** One run of the camera. */
export class Camera {
  #video;
  #occasion;
  #stream = null;
  #stopped = new AbortController();
  #chunks = new Map();

  /** `video` shows what the camera sees; `occasion` goes with each question. */
  constructor(video, occasion) {
    this.#video = video;
    this.#occasion = occasion;
  }

  /** Turns it on; the browser asks the person first. */
  async start() {
    if (!navigator.mediaDevices?.getUserMedia) {
      throw new Trouble({ title: "This browser gives no camera to this page.", hint: "It does so over HTTPS and on this very machine only." }, 0);
    }
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: "environment", width: { ideal: 1280 } } });
    } catch (error) {
      throw new Trouble({ title: WHY[error.name] ?? "The camera does not start.", hint: "Choose a picture instead." }, 0);
    }
    if (this.#stopped.signal.aborted) return this.#release();
    this.#video.srcObject = this.#stream;
    await this.#video.play();
  }

  /** The first report on something that was read; nothing when it was stopped before. */
  async read(say) {
    const detector = await detectorOfCodes();
    const signal = this.#stopped.signal;
    while (!signal.aborted) {
      try {
        const report = detector ? await this.#detected(detector, say) : await this.#judged();
        if (report) return report;
      } catch (error) {
        if (error.name === "AbortError") return undefined;
        // Too many asked just now; everything else will not get better.
        if (error.status !== 503) throw error;
      }
      await pause(PAUSE_MS, signal);
    }
    return undefined;
  }

  /** Turns it off, and tells whether it was on. */
  stop() {
    const wasOn = !this.#stopped.signal.aborted && this.#stream !== null;
    this.#stopped.abort();
    this.#release();
    return wasOn;
  }

  #release() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.#video.srcObject = null;
  }

  async #judged() {
    const frame = await this.#frame();
    if (!frame) return undefined;
    const report = await verify({ bytes: frame, media: "image/png" }, this.#occasion, { signal: this.#stopped.signal });
    return report.checks?.some((check) => NOTHING.has(check.code)) ? undefined : report;
  }

  async #detected(detector, say) {
    if (this.#video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return undefined;
    const codes = await detector.detect(this.#video);
    const text = this.#whole(codes.map((code) => code.rawValue).filter(Boolean), say);
    return text && verify({ text }, this.#occasion, { signal: this.#stopped.signal });
  }

  /** The text that the codes are, once every part of it was seen. */
  #whole(texts, say) {
    const [first] = texts;
    if (first === undefined) return undefined;
    const total = first.match(CHUNK)?.[2];
    if (total === undefined) return texts.join("\n");
    for (const text of texts) {
      const [, number, of] = text.match(CHUNK) ?? [];
      if (of === total) this.#chunks.set(number, text);
    }
    if (this.#chunks.size === Number(total)) return [...this.#chunks.values()].join("\n");
    say(`${this.#chunks.size} of ${total} codes were read. Show the others.`);
    return undefined;
  }

  async #frame() {
    const { videoWidth, videoHeight } = this.#video;
    if (!videoWidth || !videoHeight) return undefined;
    const scale = Math.min(1, FRAME_EDGE / Math.max(videoWidth, videoHeight));
    const canvas = new OffscreenCanvas(Math.round(videoWidth * scale), Math.round(videoHeight * scale));
    canvas.getContext("2d").drawImage(this.#video, 0, 0, canvas.width, canvas.height);
    return canvas.convertToBlob({ type: "image/png" });
  }
}

const WHY = {
  NotAllowedError: "The camera was not allowed.",
  NotFoundError: "There is no camera.",
  NotReadableError: "Another program uses the camera.",
};

/** The browser's own reader of QR codes, where it has one. */
async function detectorOfCodes() {
  if (!("BarcodeDetector" in globalThis)) return undefined;
  try {
    const formats = await BarcodeDetector.getSupportedFormats();
    return formats.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : undefined;
  } catch {
    return undefined;
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
