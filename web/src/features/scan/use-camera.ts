import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { Photo } from "@/offline/kept";
import { drawn, fitted } from "@/offline/shrink";

/** `refused`: by the person or their browser; `missing`: there is none, or this page may not ask for it. */
export type CameraState = "off" | "starting" | "on" | "refused" | "missing";

export interface Camera {
  state: CameraState;
  video: RefObject<HTMLVideoElement | null>;
  start: () => Promise<void>;
  stop: () => void;
  /** The picture that is seen, as large as the camera gives it up to `longSide`. */
  capture: (longSide: number) => Promise<Photo>;
  /** Null where the camera has no lamp. */
  torch: boolean | null;
  setTorch: (on: boolean) => Promise<void>;
}

const WANTED: MediaStreamConstraints = {
  audio: false,
  video: { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1440 } },
};

/** The back camera. It starts by itself only where the person has allowed it before, and stops with the page. */
export function useCamera(): Camera {
  const video = useRef<HTMLVideoElement | null>(null);
  const stream = useRef<MediaStream | null>(null);
  const [state, setState] = useState<CameraState>("off");
  const [torch, setLamp] = useState<boolean | null>(null);

  const stop = useCallback(() => {
    for (const track of stream.current?.getTracks() ?? []) track.stop();
    stream.current = null;
    setLamp(null);
    setState("off");
  }, []);

  const start = useCallback(async () => {
    if (stream.current !== null) return;
    if (navigator.mediaDevices === undefined) return setState("missing");
    setState("starting");
    try {
      const opened = await navigator.mediaDevices.getUserMedia(WANTED);
      if (video.current === null) {
        for (const track of opened.getTracks()) track.stop();
        return;
      }
      stream.current = opened;
      video.current.srcObject = opened;
      await video.current.play();
      setLamp(hasLamp(opened) ? false : null);
      setState("on");
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      setState(error instanceof DOMException && error.name === "NotAllowedError" ? "refused" : "missing");
    }
  }, []);

  const capture = useCallback(async (longSide: number) => {
    if (video.current === null) throw new TypeError("no camera");
    const { videoWidth, videoHeight } = video.current;
    const { width, height } = fitted(videoWidth, videoHeight, longSide);
    return drawn(video.current, width, height);
  }, []);

  const setTorch = useCallback(async (on: boolean) => {
    const track = stream.current?.getVideoTracks()[0];
    await track?.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] });
    setLamp(on);
  }, []);

  useEffect(() => {
    void allowedBefore().then((allowed) => (allowed ? start() : undefined));
    return stop;
  }, [start, stop]);

  return { state, video, start, stop, capture, torch, setTorch };
}

function hasLamp(stream: MediaStream): boolean {
  const track = stream.getVideoTracks()[0];
  const able = track?.getCapabilities?.() as { torch?: boolean } | undefined;
  return able?.torch === true;
}

async function allowedBefore(): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name: "camera" as PermissionName })).state === "granted";
  } catch {
    return false;
  }
}
