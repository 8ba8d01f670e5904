/** What the server says went wrong (RFC 9457), in the language of the page. */
import i18next from "i18next";

export interface Problem {
  status: number;
  code: string;
  title: string;
  detail: string;
  request_id?: string;
  errors?: { loc: (string | number)[]; msg: string }[] | null;
}

type Said = Partial<Pick<Problem, "code" | "title" | "detail">>;

/** English is the server's own, which names the thing at fault; another language has a sentence for each code. */
export function inWords({ code, title, detail }: Said): string {
  const own = detail || title || "";
  const key = `problem.${code}`;
  return i18next.isInitialized && i18next.exists(key) ? i18next.t(key as never, { detail: own }) : own;
}

/** An answer of the API that is an error. Its message is for people. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(inWords(problem));
    this.problem = problem;
  }
}

/** The problem in the text of an answer; one with nothing but its status where the text is something else. */
export function problemIn(status: number, text: string): Problem {
  const plain = { status, code: "unknown", title: String(status), detail: "" };
  try {
    return { ...plain, ...(JSON.parse(text) as Partial<Problem>) };
  } catch {
    return plain;
  }
}

export async function problemOf(response: Response): Promise<Problem> {
  return problemIn(response.status, await response.clone().text());
}
