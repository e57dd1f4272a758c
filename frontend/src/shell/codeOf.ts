import { isUnanswered } from "../api/problem";

/**
 * A page's code. Where it does not come because the console does not answer, that is the error: the
 * browser's own names a file, and the router takes it for a file of another release and reloads the
 * tab, which leaves nothing where nothing answers (`interface-review.md`, fault 24).
 */
export async function codeOf<Code>(
  load: () => Promise<Code>,
  ask: () => Promise<unknown>,
): Promise<Code> {
  try {
    return await load();
  } catch (failed) {
    try {
      await ask();
    } catch (error) {
      if (isUnanswered(error)) throw error;
    }
    throw failed;
  }
}
