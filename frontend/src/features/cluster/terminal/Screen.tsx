import "@xterm/xterm/css/xterm.css";
import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { Terminal } from "@xterm/xterm";
import { useEffect, useRef } from "react";
import { coloursNow, followTheme } from "./colours";
import type { Cells } from "./link";
import type { Looks } from "./looks";

/** What is done with a terminal's window from outside of it. */
export interface ScreenHandle {
  write: (data: Uint8Array | string, drawn?: () => void) => void;
  find: (text: string) => boolean;
  selection: () => string;
  paste: (text: string) => void;
  /** As if its key was pressed. */
  press: (data: string) => void;
  clear: () => void;
  focus: () => void;
  size: () => Cells;
}

export interface ScreenProps {
  label: string;
  looks: Looks;
  onTyped: (data: Uint8Array<ArrayBuffer>) => void;
  onSize: (size: Cells) => void;
  /** The key that leads out of it was pressed. */
  onLeave: () => void;
  onReady: (screen: ScreenHandle) => void;
}

const KEPT_LINES = 5_000;

/** The window of a terminal: what came, and what is typed. */
export function Screen(props: ScreenProps) {
  const { label, looks } = props;
  const frame = useRef<HTMLDivElement>(null);
  const terminal = useRef<Terminal | null>(null);
  const fitting = useRef<FitAddon | null>(null);
  const now = useRef(props);
  now.current = props;
  useEffect(() => {
    if (!frame.current) return;
    const made = makeTerminal(frame.current, now);
    terminal.current = made.terminal;
    fitting.current = made.fit;
    return made.end;
  }, []);
  useEffect(() => {
    if (!terminal.current) return;
    terminal.current.options.fontSize = looks.fontSize;
    terminal.current.options.screenReaderMode = looks.reader;
    fitting.current?.fit();
  }, [looks]);
  useEffect(() => {
    terminal.current?.textarea?.setAttribute("aria-label", label);
  }, [label]);
  return <div ref={frame} className="cr-terminal-screen" translate="no" />;
}

function makeTerminal(frame: HTMLElement, now: { current: ScreenProps }) {
  const { looks } = now.current;
  const terminal = new Terminal({
    theme: coloursNow(),
    fontSize: looks.fontSize,
    fontFamily: "'Red Hat Mono', ui-monospace, monospace",
    screenReaderMode: looks.reader,
    scrollback: KEPT_LINES,
    minimumContrastRatio: 4.5,
    cursorBlink: false,
    macOptionIsMeta: true,
  });
  const fit = new FitAddon();
  const search = new SearchAddon();
  terminal.loadAddon(fit);
  terminal.loadAddon(search);
  terminal.open(frame);
  const encoder = new TextEncoder();
  terminal.onData((text) => now.current.onTyped(encoder.encode(text)));
  terminal.onBinary((text) => now.current.onTyped(bytesOf(text)));
  terminal.onResize(({ cols, rows }) => now.current.onSize({ columns: cols, rows }));
  terminal.attachCustomKeyEventHandler((event) => keyed(event, terminal, now.current));
  fit.fit();
  const observer = new ResizeObserver(() => {
    // Of a tab that is not shown there is nothing to measure.
    if (frame.clientHeight > 0) fit.fit();
  });
  observer.observe(frame);
  const unfollow = followTheme((colours) => {
    terminal.options.theme = colours;
  });
  now.current.onReady({
    write: (data, drawn) => terminal.write(data, drawn),
    find: (text) => search.findPrevious(text),
    selection: () => terminal.getSelection(),
    paste: (text) => terminal.paste(text),
    press: (data) => terminal.input(data),
    clear: () => terminal.reset(),
    focus: () => terminal.focus(),
    size: () => ({ columns: terminal.cols, rows: terminal.rows }),
  });
  const end = () => {
    unfollow();
    observer.disconnect();
    terminal.dispose();
  };
  return { terminal, fit, end };
}

/** Whether the terminal has the key: all but the way out and the two of the clipboard. */
function keyed(event: KeyboardEvent, terminal: Terminal, { onLeave }: ScreenProps): boolean {
  if (event.key === "F6" && event.shiftKey) {
    if (event.type === "keydown") {
      event.preventDefault();
      onLeave();
    }
    return false;
  }
  if (event.ctrlKey && event.shiftKey && event.code === "KeyC") {
    if (event.type === "keydown" && terminal.hasSelection()) {
      event.preventDefault();
      void navigator.clipboard?.writeText(terminal.getSelection());
    }
    return false;
  }
  // The browser pastes by itself, which needs no leave of the person.
  return !(event.ctrlKey && event.shiftKey && event.code === "KeyV");
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0) & 255);
}
