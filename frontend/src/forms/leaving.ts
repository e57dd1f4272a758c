/** Asks who typed something whether it may go for good. */
type Ask = () => Promise<boolean>;

const asked = new Set<Ask>();

/** Has `ask` be asked before what is typed is lost for good; returns how to end that. */
export function askBefore(ask: Ask): () => void {
  asked.add(ask);
  return () => asked.delete(ask);
}

/** Whether what is typed anywhere in the tab may go; whoever typed it is asked. */
export async function mayLose(): Promise<boolean> {
  for (const ask of [...asked]) if (!(await ask())) return false;
  return true;
}
