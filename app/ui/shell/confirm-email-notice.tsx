import { Link, useFetcher, useLocation } from "@remix-run/react";
import { MailWarning, X } from "lucide-react";
import { useEffect } from "react";
import { accountPath } from "../account/account-paths.ts";
import { Button } from "../primitives/button.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";

/** What the browser keeps of a notice that was put away. */
export const confirmEmailNotice = "confirm-email";

/**
 * Reminds people to confirm their address, until they do or put it away. As high as `--shell-notice`, which
 * pages that fill the screen leave for it.
 */
export function ConfirmEmailNotice({ email, onDismiss }: { email: string; onDismiss: () => void }) {
  const resend = useFetcher();
  const dismiss = useFetcher();
  const { pathname, search } = useLocation();
  useOutcomeToast(resend.data);
  const isDismissed = dismiss.data !== undefined;
  useEffect(() => {
    if (isDismissed) onDismiss();
  }, [isDismissed, onDismiss]);
  return (
    <section
      aria-label="Your email address"
      className="flex h-[--shell-notice] items-center gap-x-3 border-b bg-warn-soft px-4 text-sm text-warn-ink"
    >
      <MailWarning aria-hidden="true" className="size-4 shrink-0 max-sm:hidden" />
      <p className="min-w-0 flex-1 max-sm:hidden sm:line-clamp-1">
        Confirm your email address: a mail to{" "}
        <Link to={accountPath} className="underline underline-offset-2 [overflow-wrap:anywhere]">
          {email}
        </Link>{" "}
        has the link.
      </p>
      {/* No room for an address, which may be of any length: the account has it. */}
      <p className="min-w-0 flex-1 sm:hidden">
        <Link to={accountPath} className="underline underline-offset-2">
          Confirm your address
        </Link>
        : the link is in your mail.
      </p>
      <resend.Form method="post" action={accountPath}>
        <Button
          type="submit"
          name="intent"
          value="resend-verification"
          size="sm"
          busy={resend.state !== "idle"}
        >
          Send again
        </Button>
      </resend.Form>
      {/* Without JavaScript the answer leads back to this page; with it the page is not left. */}
      <dismiss.Form
        method="post"
        action="/preferences/notice"
        onSubmit={(event) => {
          event.preventDefault();
          dismiss.submit({ dismiss: confirmEmailNotice }, { method: "post", action: "/preferences/notice" });
        }}
      >
        <input type="hidden" name="dismiss" value={confirmEmailNotice} />
        <input type="hidden" name="returnTo" value={pathname + search} />
        <Button
          type="submit"
          variant="ghost"
          size="icon-sm"
          className="!text-warn-ink"
          aria-label="Remind me another time"
          title="Remind me another time"
          icon={<X className="size-4" />}
        />
      </dismiss.Form>
    </section>
  );
}
