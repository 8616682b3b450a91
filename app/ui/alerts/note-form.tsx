import { useFetcher } from "@remix-run/react";
import { useRef } from "react";
import { sendOnModEnter } from "../compose/send-keys.ts";
import { errorOf, toFormProblem } from "../form-failure.ts";
import { Button } from "../primitives/button.tsx";
import { TextArea } from "../primitives/field.tsx";
import { useOnAnswer } from "../use-on-answer.ts";

/** Something for the others to know, beside an alert. It can be added to a resolved one, too. */
export function NoteForm() {
  const fetcher = useFetcher();
  const form = useRef<HTMLFormElement>(null);
  const problem = toFormProblem(fetcher.data);
  useOnAnswer(fetcher.data, (answer) => {
    if (toFormProblem(answer) === undefined) form.current?.reset();
  });
  return (
    <fetcher.Form ref={form} method="post" onKeyDown={sendOnModEnter} className="flex items-start gap-2">
      <input type="hidden" name="intent" value="note" />
      <TextArea
        label="Note"
        hideLabel
        name="text"
        rows={1}
        required
        maxLength={2_000}
        placeholder="Add a note for the others"
        error={errorOf(problem, "text") ?? problem?.message}
        className="min-w-0 flex-1 [&_textarea]:min-h-10 [&_textarea]:[field-sizing:content] sm:[&_textarea]:min-h-9"
      />
      <Button type="submit" busy={fetcher.state !== "idle"} className="sm:!h-9">
        Add note
      </Button>
    </fetcher.Form>
  );
}
