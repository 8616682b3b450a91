/**
 * Attributes of the browser's own popovers, which React 18 passes on but does not know. They open
 * without JavaScript, close on Escape and on a press outside, and tell assistive technology so.
 */
export const popoverTarget = (id: string): Record<string, string> => ({ popovertarget: id });
export const popoverClose = (id: string): Record<string, string> => ({
  popovertarget: id,
  popovertargetaction: "hide",
});
export const popover: Record<string, string> = { popover: "auto" };
