/** How long events may stay in the table, and archives after that; apart from the schemas and their parser. */
export const hotDaysRange = { min: 30, max: 365 } as const;
export const coldDaysRange = { min: 365, max: 2_555 } as const;
