/**
 * How a descriptor gets from the process that holds it to another one, over a Unix socket.
 *
 * The receiver connects twice, and sends a mark and its secret over both connections. Over the carrier, a system call
 * sends the descriptor; Node would drop it, so the receiver's side of the carrier never reads through Node. Over the
 * signal, the sender answers whether it has sent the descriptor.
 */
export const carrierMark = "c";
export const signalMark = "s";
export const sent = "y";
export const notHeld = "n";

/** The length of a secret. */
export const secretLength = 32;
export const requestLength = 1 + secretLength;

/** A ticket for other processes: from it, the receiver gets the descriptor. */
export function makeTicket(secret: string, path: string): string {
  return secret + path;
}

/** The parts of a ticket. */
export function splitTicket(ticket: string): { readonly secret: string; readonly path: string } {
  return { secret: ticket.slice(0, secretLength), path: ticket.slice(secretLength) };
}
