import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { Button, type ButtonProps } from "./button.tsx";

interface CopyButtonProps extends Pick<ButtonProps, "variant" | "size" | "icon" | "className"> {
  value: string;
  /** What is copied, for the button's name: "Copy key". */
  label: string;
  showLabel?: boolean;
}

export function CopyButton({
  value,
  label,
  showLabel = false,
  variant = "ghost",
  size = "icon-sm",
  icon = <Copy className="size-4" />,
  className,
}: CopyButtonProps) {
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_600);
    return () => clearTimeout(timer);
  }, [copied]);

  return (
    <Button
      variant={variant}
      size={showLabel ? "md" : size}
      className={className}
      aria-label={showLabel ? undefined : label}
      title={showLabel ? undefined : label}
      onClick={() => {
        void copyText(value).then(setCopied);
      }}
      icon={copied ? <Check className="size-4 text-ok" /> : icon}
    >
      {showLabel && (copied ? "Copied" : label)}
      <span role="status" className="sr-only">
        {copied && !showLabel ? "Copied" : ""}
      </span>
    </Button>
  );
}

/** The clipboard API is missing on plain http away from localhost, where the old command still works. */
async function copyText(value: string): Promise<boolean> {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(value);
      return true;
    } catch {
      return false;
    }
  }
  const area = document.createElement("textarea");
  area.value = value;
  area.className = "fixed opacity-0";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}
