// Uploads one file by the tus protocol. It continues where it stopped: after a pause, when the connection or the server is
// back, and when the same file is chosen again after the tab was closed.
const CHUNK = 64 * 1024 * 1024; // as much as a proxy may buffer before the server sees it
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30000;
const SILENCE = 60000;
const MAX_HEADER_TEXT = 3000; // bytes of long texts sent in a header; servers and proxies accept 8 KB in all
const TEMPORARY = new Set([0, 408, 409, 423, 425, 429, 460, 500, 502, 503, 504]);

let library = null;

function load(address) {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", () => resolve(window.tus));
    script.addEventListener("error", () => {
      library = null;
      script.remove();
      reject(new Error("the script did not arrive"));
    });
    document.head.append(script);
  });
  return library;
}

export class Sender {
  // `site` has the addresses and the token. `listener` is called: moved(bytes), lost(bytes), failed(error), done(recording ID).
  constructor(file, site, listener) {
    this.file = file;
    this.site = site;
    this.listener = listener;
    this.sent = 0;
    this.wait = FIRST_WAIT;
    this.isOn = false;
    this.retryNow = () => this.retry(0);
  }

  async start(fields) {
    this.fields = fields;
    this.isOn = true;
    this.refusal = null;
    try {
      this.upload ??= this.make(await load(this.site.tus));
      if (!this.upload.url) await this.findEarlier();
    } catch {
      this.loseConnection();
      return;
    }
    if (!this.isOn) return;
    this.watch();
    this.upload.start();
  }

  make(tus) {
    return new tus.Upload(this.file, {
      endpoint: this.site.files,
      chunkSize: CHUNK,
      retryDelays: null, // our own retries never end
      removeFingerprintOnSuccess: true,
      headers: { Accept: "application/json", "X-CSRFToken": this.site.token },
      metadata: { filename: this.file.name, ...this.metadata },
      onBeforeRequest: (request) => (request.getMethod() === "PATCH" ? this.optionsSent : undefined),
      onProgress: (sent) => this.move(sent),
      onAfterResponse: (request, response) => this.check(request, response),
      onUploadUrlAvailable: () => this.sendOptions(),
      onSuccess: ({ lastResponse }) => this.finish(lastResponse.getHeader("Upload-Recording")),
      onError: (error) => this.handleError(error),
    });
  }

  async findEarlier() {
    const earlier = await this.upload.findPreviousUploads();
    if (!earlier.length) return;
    this.upload.resumeFromPreviousUpload(earlier.at(-1));
    this.isOld = true;
  }

  // The options that fit a header. Long texts are sent separately, before the first byte.
  get metadata() {
    const { template, instructions, vocabulary, attendees, calendar, ...rest } = this.fields;
    const texts = [instructions, vocabulary, attendees, calendar].map((text) => text ?? "").join("");
    this.isLong = new TextEncoder().encode(texts).length > MAX_HEADER_TEXT;
    return this.isLong ? rest : this.fields;
  }

  // The first response about an upload. An upload that was resumed may have other options.
  sendOptions() {
    if (this.isOld || this.isLong) this.optionsSent = this.change(this.fields)?.then((answer) => this.checkOptions(answer));
    this.isOld = false;
  }

  // Options that the server does not accept end the upload before its first byte.
  async checkOptions(answer) {
    if (answer?.status !== 422) return;
    const { error } = await answer.json();
    this.remove();
    this.listener.failed(error);
    throw new Error("the options were not accepted");
  }

  // tus-js-client starts over whenever it cannot get the offset. That is only right if the upload is gone.
  check(request, response) {
    const status = response.getStatus();
    if (request.getMethod() !== "HEAD" || status < 300 || status === 404 || status === 410) return;
    this.refusal = response;
    throw new Error(`requested the offset, got ${status}`);
  }

  move(sent) {
    if (!this.isOn) return;
    this.sent = sent;
    this.wait = FIRST_WAIT;
    this.watch();
    this.listener.moved(sent);
  }

  watch() {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => {
      this.upload.abort();
      this.loseConnection();
    }, SILENCE);
  }

  handleError(error) {
    const response = error.originalResponse ?? this.refusal;
    const status = response ? response.getStatus() : 0;
    if (!this.isOn) return;
    if (TEMPORARY.has(status)) {
      this.loseConnection();
      return;
    }
    this.stop();
    this.listener.failed(readError(response));
  }

  // The browser reports a file that it cannot read any more like a broken connection, so we try to read it ourselves.
  async loseConnection() {
    if (!(await canRead(this.file, this.sent))) this.loseFile();
    if (!this.isOn) return;
    clearTimeout(this.watchdog);
    this.listener.lost(this.sent);
    this.retry(this.wait);
    this.wait = Math.min(2 * this.wait, LONGEST_WAIT);
    window.addEventListener("online", this.retryNow, { once: true });
  }

  loseFile() {
    if (!this.isOn) return;
    this.remove(); // the bytes on the server belong to a file that is no more
    this.listener.failed({
      code: "file_changed",
      message: "The file changed, choose it again.",
      hint: "It was changed, moved or deleted after you had chosen it.",
    });
  }

  retry(after) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      window.removeEventListener("online", this.retryNow);
      if (this.isOn) this.start(this.fields);
    }, after);
  }

  finish(recording) {
    this.stop();
    this.listener.done(recording);
  }

  stop() {
    this.isOn = false;
    clearTimeout(this.timer);
    clearTimeout(this.watchdog);
    window.removeEventListener("online", this.retryNow);
  }

  pause() {
    this.stop();
    this.upload?.abort();
  }

  remove() {
    this.stop();
    this.upload?.abort(true).catch(() => {}); // the server is away: the upload expires there
    this.upload = null;
  }

  change(fields) {
    this.fields = fields;
    if (!this.upload?.url) return undefined;
    return fetch(`${this.upload.url}/options`, {
      method: "PUT",
      headers: { Accept: "application/json", "X-CSRFToken": this.site.token, "Tus-Resumable": "1.0.0" },
      body: new URLSearchParams(fields),
    }).catch(() => (this.isOld = true)); // sent again when the upload continues
  }
}

async function canRead(file, place) {
  try {
    await file.slice(place, place + 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

function readError(response) {
  try {
    return JSON.parse(response.getBody()).error;
  } catch {
    const status = response.getStatus();
    if (status === 401) return { code: "unauthorized", message: "You are no longer logged in.", hint: "Log in on another tab, then press Resume." };
    return { code: `http_${status}`, message: "The server did not accept the file.", hint: "Try again in a minute." };
  }
}
