/** A session ends this long after it was last used … */
export const sessionIdleDays = 14;
/** … and this long after it began, used or not. */
export const sessionMaxDays = 90;
