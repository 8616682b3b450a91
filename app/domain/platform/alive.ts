/** Whoever was not heard of for this long is gone: six of its beats. */
export const deadAfterSeconds = 30;
