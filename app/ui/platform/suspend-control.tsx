import { useFetcher } from "@remix-run/react";
import { Ban, CirclePlay } from "lucide-react";
import type { TenantDetail } from "#app/domain/platform/schema.ts";
import { Button } from "../primitives/button.tsx";
import { ConfirmButton } from "../primitives/confirm-button.tsx";
import { TextField } from "../primitives/field.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";

/** Suspends a tenant, with a reason for the record, or ends its suspension. */
export function SuspendControl({ tenant }: { tenant: Pick<TenantDetail, "name" | "status"> }) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  if (tenant.status === "suspended") {
    return (
      <fetcher.Form method="post">
        <input type="hidden" name="intent" value="resume" />
        <Button
          type="submit"
          variant="primary"
          icon={<CirclePlay className="size-4" />}
          busy={fetcher.state !== "idle"}
        >
          Resume
        </Button>
      </fetcher.Form>
    );
  }
  return (
    <ConfirmButton
      fetcher={fetcher}
      values={{ intent: "suspend" }}
      icon={<Ban className="size-4" />}
      title={`Suspend ${tenant.name}?`}
      consequence="Everybody is signed out and cannot sign in, its keys are refused and its streams end, until somebody resumes it. Nothing is removed."
      confirmLabel="Suspend tenant"
      fields={
        <TextField
          label="Reason"
          name="reason"
          required
          maxLength={500}
          placeholder="Why; its admins can read it in their audit trail"
        />
      }
    >
      Suspend
    </ConfirmButton>
  );
}
