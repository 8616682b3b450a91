import type { DeskMove } from "./fleet-operator.ts";

export interface PersonOptions {
  /** Where the service answers. */
  origin: string;
  /** How people reach it, which is what a browser says that a form comes from. */
  webOrigin: string;
  person: { email: string; password: string };
}

/** A person of the demo, as far as HTTP goes: signs in as the form does, and posts the desk's forms. */
export function createPerson({ origin, webOrigin, person }: PersonOptions) {
  let cookie: string | undefined;

  const post = (path: string, fields: Record<string, string>): Promise<Response> =>
    fetch(new URL(path, origin), {
      method: "POST",
      redirect: "manual",
      headers: { origin: webOrigin, ...(cookie !== undefined && { cookie }) },
      body: new URLSearchParams(fields),
      signal: AbortSignal.timeout(5_000),
    });

  async function signIn(): Promise<boolean> {
    const response = await post("/sign-in", person);
    cookie = response.headers.getSetCookie()[0]?.split(";", 1)[0];
    await response.body?.cancel();
    return cookie !== undefined && response.status < 400;
  }

  return {
    /** Does it, signing in first where needed. False: it was refused, as where somebody else was faster. */
    async act({ intent, messageId, ...rest }: DeskMove): Promise<boolean> {
      if (cookie === undefined && !(await signIn())) return false;
      const tell: Record<string, string> = intent === "resolve" ? { tell: "on" } : {};
      const response = await post("/dashboard/desk", { intent, messageId, ...rest, ...tell });
      await response.body?.cancel();
      // The session has ended: the next time signs in anew.
      if (response.status >= 300 && response.status < 400) cookie = undefined;
      return response.ok;
    },
  };
}
