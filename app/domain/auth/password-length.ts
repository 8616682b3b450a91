/** Apart from the schemas, so that a page that names it does not bring their parser. */
export const passwordMinLength = 12;
export const passwordMaxLength = 1_000;
