import { Form, useNavigation } from "@remix-run/react";
import type { FormProblem } from "../form-failure.ts";
import { Button } from "../primitives/button.tsx";
import { PageHeader } from "../primitives/page-header.tsx";
import { Panel } from "../primitives/panel.tsx";
import { type ComposeData, ComposeForm } from "./compose-form.tsx";

const formId = "compose";

/** The form on a page of its own: for a link, and where there is no JavaScript. */
export function ComposePage({ problem, ...data }: ComposeData & { problem: FormProblem | undefined }) {
  const busy = useNavigation().formMethod === "POST";
  return (
    <div className="mx-auto max-w-2xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <PageHeader
        title={data.repliedTo === null ? "New message" : "Reply"}
        description="What the agent answers comes to your own mailbox, and to the conversation."
      />
      <Panel>
        <ComposeForm data={data} problem={problem} as={Form} formId={formId} />
        <div className="mt-6 flex justify-end">
          <Button type="submit" form={formId} variant="primary" busy={busy}>
            Send
          </Button>
        </div>
      </Panel>
    </div>
  );
}
