import type { FieldProblem, ProblemBody } from "./generated/types.gen";

/** The one error shape of the API (RFC 9457), with the field errors a 422 carries. */
export type Problem = ProblemBody;
export type FieldError = FieldProblem;

/** A request that was answered with an error, or not answered at all (`status` 0). */
export class ApiError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail || problem.title);
    this.name = "ApiError";
    this.problem = problem;
  }

  get status(): number {
    return this.problem.status;
  }
}

/**
 * Whether the console itself did not answer: nothing came at all, or a proxy in front of it spoke.
 * The console's own 502, 503 and 504 name another system's failure by their type: those are answers.
 */
export function isUnanswered(error: unknown): boolean {
  if (!(error instanceof ApiError) || error.status === 0) return true;
  return [502, 503, 504].includes(error.status) && error.problem.type === "about:blank";
}

/** Whatever was thrown, as a problem a page can show. */
export function toProblem(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem;
  const detail = error instanceof Error ? error.message : String(error);
  return { type: "about:blank", title: detail, status: 0, detail };
}
