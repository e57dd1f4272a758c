import { finishUpload, getUploadFinish } from "../../../api/generated/sdk.gen";
import type { FinishView, UploadView } from "../../../api/generated/types.gen";
import { toProblem } from "../../../api/problem";
import { sha256Of } from "./hash";
import { type Patience, pause, persist } from "./patience";
import { sendRest } from "./sending";
import { note, put } from "./transfers";

const LOOK_MS = 1000;

/** What the console itself has to say of a file; its words are the locale's. */
export type Sentence = "otherFile" | "unreadable";
type Words = (sentence: Sentence) => string;

/** What is to be done with an upload: with its file sent on, or without one only finished. */
export interface Carrying {
  upload: UploadView;
  file: File | null;
  /** The file was chosen anew: that it is the same one is checked before anything is sent. */
  again: boolean;
  by: string;
  words: Words;
}

/** Sends the rest of an upload and has it finished, wherever the person goes in the console. */
export function carry(carrying: Carrying): void {
  const { upload, file, by } = carrying;
  const { id, name, size, offset, job_id: job } = upload;
  const stage = file ? "sending" : "checking";
  const first = { id, by, name, size, done: file ? offset : 0, reason: null, stage } as const;
  const signal = put({ ...first, ...(job ? { job } : {}) });
  const wait = (reason: string | null) => note(id, { reason });
  void all(carrying, { signal, wait }).catch((error: unknown) => {
    if (!signal.aborted) note(id, { stage: "failed", reason: sentenceOf(error, carrying.words) });
  });
}

async function all({ upload, file, again, words }: Carrying, patience: Patience): Promise<void> {
  const { id, offset, sha256 } = upload;
  if (file && again && sha256) {
    note(id, { stage: "reading", done: 0 });
    const found = await sha256Of(file, (done) => note(id, { done }), patience.signal);
    if (found !== sha256) throw new Error(words("otherFile"));
  }
  if (file) {
    note(id, { stage: "sending", done: offset });
    const tell = (done: number) => note(id, { done });
    await sendRest({ id, file, from: offset, tell, ...patience });
  }
  patience.signal.throwIfAborted();
  note(id, { stage: "checking", done: 0 });
  await finished(id, upload.job_id !== "", patience);
}

/** Has the console check and host what was sent, and follows it to its end. */
async function finished(id: string, begun: boolean, patience: Patience): Promise<void> {
  const path = { upload_id: id };
  const look = async () => (await getUploadFinish({ path })).data;
  const begin = async () => (await finishUpload({ path })).data;
  let now: FinishView = await persist(begun ? look : begin, patience);
  while (now.state === "running") {
    note(id, { job: now.job_id, done: now.bytes_done });
    await pause(LOOK_MS, patience.signal);
    now = await persist(look, patience);
  }
  if (now.state !== "done") throw new Error(now.reason || now.state);
  note(id, {
    stage: "done",
    job: now.job_id,
    reason: null,
    ...(now.file ? { file: now.file.id } : {}),
  });
}

/** Why it failed, as a sentence. */
export function sentenceOf(error: unknown, words: Words): string {
  if (error instanceof DOMException) return words("unreadable");
  const { detail, title } = toProblem(error);
  return detail || title;
}
