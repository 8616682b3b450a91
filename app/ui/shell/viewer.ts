import type { Scope } from "#app/domain/auth/scopes.ts";

/** Who is looking, as the shell shows it. */
export interface Viewer {
  name: string;
  role: string;
  tenantName: string;
  /** What they may do. */
  scopes: readonly Scope[];
}
