import { useRevalidator } from "@remix-run/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { AllowlistMatrix } from "#app/domain/messaging/topology-schema.ts";
import { useToast } from "../primitives/toast.tsx";

/** A change that shows already: `isSaved` once the server has it and the page's data may not. */
interface Change {
  sender: string;
  recipient: string;
  allowed: boolean;
  isSaved: boolean;
}

export interface EdgeToggles {
  /** For each agent the places of those it may send to, as it will be when all is saved. */
  receivers: readonly ReadonlySet<number>[];
  set: (sender: string, recipient: string, allowed: boolean) => void;
}

/**
 * Edges that change at once where they are pressed, and change back with a word when the server refuses.
 * They go through the API rather than the page's action: an answer that fails there, as of a server that
 * cannot be reached, would take the page to its error, with all that was pressed meanwhile.
 */
export function useEdgeToggles(matrix: AllowlistMatrix): EdgeToggles {
  const toast = useToast();
  const { revalidate } = useRevalidator();
  const [changes, setChanges] = useState<ReadonlyMap<string, Change>>(new Map());
  const latest = useRef(new Map<string, Change>());
  const running = useRef(new Set<string>());

  const show = useCallback(() => setChanges(new Map(latest.current)), []);

  // What has been loaded since it was saved has it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: new data is what ends a saved change
  useEffect(() => {
    for (const [key, { isSaved }] of latest.current) if (isSaved) latest.current.delete(key);
    show();
  }, [matrix, show]);

  const save = useCallback(
    async (key: string) => {
      // One request at a time for an edge, so that the last press is what stays.
      if (running.current.has(key)) return;
      running.current.add(key);
      try {
        for (let change = latest.current.get(key); change && !change.isSaved; ) {
          const problem = await put(change);
          const wanted = latest.current.get(key);
          if (wanted === change) {
            if (problem === undefined) latest.current.set(key, { ...change, isSaved: true });
            else latest.current.delete(key);
          }
          if (problem !== undefined) toast({ tone: "bad", message: problem });
          show();
          change = latest.current.get(key);
        }
      } finally {
        running.current.delete(key);
        if (running.current.size === 0) revalidate();
      }
    },
    [revalidate, show, toast],
  );

  const set = useCallback(
    (sender: string, recipient: string, allowed: boolean) => {
      const key = `${sender} ${recipient}`;
      latest.current.set(key, { sender, recipient, allowed, isSaved: false });
      show();
      void save(key);
    },
    [save, show],
  );

  const loaded = useMemo(() => matrix.receivers.map((row) => new Set(row)), [matrix]);
  const receivers = useMemo(() => withChanges(matrix, loaded, changes), [matrix, loaded, changes]);
  return { receivers, set };
}

/** Rows without a change stay the same objects, and are not drawn again. */
function withChanges(
  { agents }: AllowlistMatrix,
  loaded: readonly ReadonlySet<number>[],
  changes: ReadonlyMap<string, Change>,
): readonly ReadonlySet<number>[] {
  if (changes.size === 0) return loaded;
  const placeOf = new Map<string, number>(agents.map(({ id }, place) => [id, place]));
  const rows = new Map<number, Set<number>>();
  for (const { sender, recipient, allowed } of changes.values()) {
    const from = placeOf.get(sender);
    const to = placeOf.get(recipient);
    if (from === undefined || to === undefined) continue;
    const row = rows.get(from) ?? new Set(loaded[from]);
    rows.set(from, row);
    if (allowed) row.add(to);
    else row.delete(to);
  }
  return loaded.map((row, place) => rows.get(place) ?? row);
}

/** Answers what is wrong, as a sentence; undefined when it is saved. */
async function put({ sender, recipient, allowed }: Change): Promise<string | undefined> {
  try {
    const answer = await fetch(`/api/agents/${sender}/allowlist/${recipient}`, {
      method: allowed ? "PUT" : "DELETE",
    });
    if (answer.ok) return undefined;
    const problem: unknown = await answer.json();
    const detail = typeof problem === "object" && problem !== null && "detail" in problem && problem.detail;
    return typeof detail === "string" ? `Not saved. ${detail}` : "Not saved. The server refused it.";
  } catch {
    return "Not saved. The server could not be reached.";
  }
}
