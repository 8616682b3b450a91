import type { ApiKeyView } from "#app/domain/auth/schema.ts";
import { RelativeTime } from "../primitives/relative-time.tsx";

/** When a key was last used, to the minute. */
export function LastUse({ of: { lastUsedAt } }: { of: ApiKeyView }) {
  if (lastUsedAt === null) return "never used";
  return (
    <>
      used <RelativeTime at={lastUsedAt} />
    </>
  );
}
