import { useState } from "react";

/** How a person's terminals look, in this browser. */
export interface Looks {
  fontSize: number;
  /** What is shown is also said to screen readers, which costs time in a flood. */
  reader: boolean;
}

const KEY = "craton.terminal";
const USUAL: Looks = { fontSize: 14, reader: false };
export const SMALLEST = 9;
export const LARGEST = 32;

function read(): Looks {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Looks>;
    const fontSize = Number(kept.fontSize) || USUAL.fontSize;
    return {
      fontSize: Math.min(LARGEST, Math.max(SMALLEST, fontSize)),
      reader: kept.reader === true,
    };
  } catch {
    return USUAL;
  }
}

export function useLooks(): [Looks, (change: Partial<Looks>) => void] {
  const [looks, setLooks] = useState(read);
  const change = (part: Partial<Looks>) => {
    const next = { ...looks, ...part };
    localStorage.setItem(KEY, JSON.stringify(next));
    setLooks(next);
  };
  return [looks, change];
}
