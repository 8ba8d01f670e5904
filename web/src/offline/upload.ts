/** What came back of a form that was sent. */
export interface Reply {
  status: number;
  text: string;
  /** Seconds that the server asks to wait; null where it says nothing. */
  retryAfter: number | null;
}

interface Upload {
  path: string;
  form: FormData;
  headers: Record<string, string>;
  /** 0 to 1; null once all is sent and the server looks. */
  onProgress: (share: number | null) => void;
  signal: AbortSignal;
}

/** Sends a form. Throws TypeError where the network is away, AbortError where it was stopped. `fetch` tells no progress. */
export function upload({ path, form, headers, onProgress, signal }: Upload): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    request.open("POST", path);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.upload.onload = () => onProgress(null);
    request.onload = () => {
      const seconds = Number(request.getResponseHeader("Retry-After") ?? Number.NaN);
      resolve({
        status: request.status,
        text: request.responseText,
        retryAfter: Number.isFinite(seconds) ? seconds : null,
      });
    };
    request.onerror = () => reject(new TypeError("the network is away"));
    request.onabort = () => reject(new DOMException("stopped", "AbortError"));
    request.onloadend = () => signal.removeEventListener("abort", stop);
    signal.addEventListener("abort", stop);
    if (signal.aborted) request.onabort(new ProgressEvent("abort"));
    else request.send(form);
  });
}
