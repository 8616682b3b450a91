import { useEffect } from "react";

/**
 * Keeps a browser's tabs with one viewer: when another tab has come back as somebody else, or for another
 * organisation, this one starts over, since the cookie that they share is no longer the one it was made with.
 * @param viewerId the membership's id; undefined while nobody is known
 */
export function useOneViewer(viewerId: string | undefined): void {
  useEffect(() => {
    if (viewerId === undefined) return;
    const channel = new BroadcastChannel("signalbox.viewer");
    channel.onmessage = ({ data }) => {
      if (data !== viewerId) window.location.assign("/dashboard");
    };
    channel.postMessage(viewerId);
    return () => channel.close();
  }, [viewerId]);
}
