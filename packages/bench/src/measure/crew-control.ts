/**
 * The words of memory through which a thread crew is led.
 *
 * Shape: Int32 each.
 *   generation  grows by one for every order; the workers sleep on it
 *   workers     how many of them take part in this order; none: all end
 *   copies      copies of the job in this order
 *   next        number of the next chunk to hand out
 */
export const word = { generation: 0, workers: 1, copies: 2, next: 3 } as const;

/** Bytes of the words above. */
export const controlBytes = 16;
