/** What a status word means for the reader, whichever system said it. */
export type Tone = "ok" | "busy" | "warn" | "bad" | "off" | "unknown" | "denied";

const WORDS: Record<Tone, string> = {
  ok: `running ready available active bound complete completed succeeded healthy live ok open
    normal true present leader follower voter up established signed enabled approved started success done
    connected on reachable allowed granted`,
  busy: `pending progressing containercreating podinitializing updating terminating starting
    building restarting waiting connecting polling rolling scaling draining deleting
    provisioning installing learner queued cancelling`,
  warn: `degraded warning stale schedulingdisabled unsigned partial nearfull
    pressure unschedulable outdated certificateexpires`,
  bad: `error failed failure down notready crashloopbackoff imagepullbackoff errimagepull
    oomkilled evicted lost unreachable unhealthy createcontainerconfigerror deadlineexceeded
    expired corrupt nospace critical false missing`,
  off: "stopped cordoned suspended released scaledtozero absent disabled idle none inactive cancelled switchedoff refused withdrawn off",
  unknown: "unknown",
  denied: "denied noaccess forbidden",
};

const TONES = new Map(
  (Object.entries(WORDS) as [Tone, string][]).flatMap(([tone, words]) =>
    words.split(/\s+/).map((word) => [word, tone] as const),
  ),
);

/** The tone of a status word: `CrashLoopBackOff` → bad, `Init:0/2` → busy. */
export function toneOf(status: string): Tone {
  const words = status.toLowerCase().split(/[,;]\s*/);
  const tones = words.map(toneOfWord);
  for (const tone of ["bad", "denied", "warn", "busy", "unknown", "off"] as const)
    if (tones.includes(tone)) return tone;
  return "ok";
}

/** Words that one system writes in its own way and a reader meets beside others. */
const SAID: Readonly<Record<string, string>> = {
  NotReady: "Not ready",
  NotEstablished: "Not established",
  ok: "OK",
};

/** A status word as it is shown: upstream's own, written as all others are. */
export function wordOf(status: string): string {
  return SAID[status] ?? status.charAt(0).toUpperCase() + status.slice(1);
}

function toneOfWord(word: string): Tone {
  const plain = word.replace(/[\s_-]/g, "");
  const known = TONES.get(plain);
  if (known) return known;
  if (/backoff$|err|fail|kill|crash|invalid/.test(plain)) return "bad";
  if (/^init:|ing$/.test(plain)) return "busy";
  if (/pressure$|unavailable$|disabled$/.test(plain)) return "warn";
  if (/^notready/.test(plain)) return "bad";
  return "unknown";
}
