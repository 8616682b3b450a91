import { createContext, useContext } from "react";
import type { Role, Scope } from "#app/domain/auth/scopes.ts";
import type { OwnTenant } from "#app/domain/auth/session-schema.ts";

/** Who is looking, as the shell shows it. */
export interface Viewer {
  name: string;
  role: Role;
  tenantName: string;
  /** Their address, while they are to be reminded to confirm it. */
  emailToConfirm?: string | undefined;
  /** What they may do. */
  scopes: readonly Scope[];
  /** The organisations that they can be in, this one among them. */
  tenants: readonly OwnTenant[];
}

const ViewerContext = createContext<Viewer | undefined>(undefined);
export const ViewerProvider = ViewerContext.Provider;

/** Who is looking; undefined outside the shell, as where a form without JavaScript has failed. */
export const useViewer = (): Viewer | undefined => useContext(ViewerContext);
