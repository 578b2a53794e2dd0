// One file on its way by the tus protocol. It goes on where it stopped: after a pause, when the line or the server comes
// back, and when the same file is chosen again after the tab was closed.
const CHUNK = 64 * 1024 * 1024; // what a proxy on the way may hold back before the server sees it
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30000;
const SILENCE = 60000;
const LONGEST_EARLY = 3000; // bytes of instructions in a header; servers and proxies take 8 KB in all
const PASSING = new Set([0, 408, 409, 423, 425, 429, 460, 500, 502, 503, 504]);

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
  // `site` has the addresses and the token; `teller` is told: moved(bytes), lost(bytes), failed(error), done(recording id)
  constructor(file, site, teller) {
    this.file = file;
    this.site = site;
    this.teller = teller;
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
      this.lose();
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
      retryDelays: null, // retries are our own: they never end
      removeFingerprintOnSuccess: true,
      headers: { Accept: "application/json", "X-CSRFToken": this.site.token },
      metadata: { filename: this.file.name, ...this.early },
      onBeforeRequest: (request) => (request.getMethod() === "PATCH" ? this.told : undefined),
      onProgress: (sent) => this.move(sent),
      onAfterResponse: (request, response) => this.check(request, response),
      onUploadUrlAvailable: () => this.arrive(),
      onSuccess: ({ lastResponse }) => this.finish(lastResponse.getHeader("Upload-Recording")),
      onError: (error) => this.stumble(error),
    });
  }

  async findEarlier() {
    const earlier = await this.upload.findPreviousUploads();
    if (!earlier.length) return;
    this.upload.resumeFromPreviousUpload(earlier.at(-1));
    this.isOld = true;
  }

  // What fits a header; long instructions are told by themselves, before the first byte.
  get early() {
    const { template, instructions, ...rest } = this.fields;
    this.isLong = new TextEncoder().encode(instructions ?? "").length > LONGEST_EARLY;
    return this.isLong ? rest : this.fields;
  }

  // The first answer about an upload: one that was begun before may have been told something else.
  arrive() {
    if (this.isOld || this.isLong) this.told = this.change(this.fields);
    this.isOld = false;
  }

  // tus-js-client begins anew whenever it cannot ask how far an upload is; that is right only where it is gone.
  check(request, response) {
    const status = response.getStatus();
    if (request.getMethod() !== "HEAD" || status < 300 || status === 404 || status === 410) return;
    this.refusal = response;
    throw new Error(`asked for the offset, got ${status}`);
  }

  move(sent) {
    if (!this.isOn) return;
    this.sent = sent;
    this.wait = FIRST_WAIT;
    this.watch();
    this.teller.moved(sent);
  }

  watch() {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => {
      this.upload.abort();
      this.lose();
    }, SILENCE);
  }

  stumble(error) {
    const response = error.originalResponse ?? this.refusal;
    const status = response ? response.getStatus() : 0;
    if (!this.isOn) return;
    if (PASSING.has(status)) {
      this.lose();
      return;
    }
    this.rest();
    this.teller.failed(read(response));
  }

  lose() {
    if (!this.isOn) return;
    clearTimeout(this.watchdog);
    this.teller.lost(this.sent);
    this.retry(this.wait);
    this.wait = Math.min(2 * this.wait, LONGEST_WAIT);
    window.addEventListener("online", this.retryNow, { once: true });
  }

  retry(after) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      window.removeEventListener("online", this.retryNow);
      if (this.isOn) this.start(this.fields);
    }, after);
  }

  finish(recording) {
    this.rest();
    this.teller.done(recording);
  }

  rest() {
    this.isOn = false;
    clearTimeout(this.timer);
    clearTimeout(this.watchdog);
    window.removeEventListener("online", this.retryNow);
  }

  pause() {
    this.rest();
    this.upload?.abort();
  }

  remove() {
    this.rest();
    this.upload?.abort(true).catch(() => {}); // away from the server: it expires there
  }

  change(fields) {
    this.fields = fields;
    if (!this.upload?.url) return undefined;
    return fetch(`${this.upload.url}/wishes`, {
      method: "PUT",
      headers: { Accept: "application/json", "X-CSRFToken": this.site.token, "Tus-Resumable": "1.0.0" },
      body: new URLSearchParams(fields),
    }).catch(() => (this.isOld = true)); // told again when the upload goes on
  }
}

function read(response) {
  try {
    return JSON.parse(response.getBody()).error;
  } catch {
    const status = response.getStatus();
    if (status === 401) return { code: "unauthorized", message: "You are no longer logged in.", hint: "Log in on another tab, then press Resume." };
    return { code: `http_${status}`, message: "The server did not take the file.", hint: "Try again in a minute." };
  }
}
