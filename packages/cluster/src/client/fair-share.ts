import { clientOf } from "../wire/seat-message.ts";

/** How long a pool's worker is without tasks before its processor is given to others, in milliseconds. */
export const idleMs = 2000;
/** How long a client without a processor waits at most for those of the others to go round, in milliseconds. */
export const turnMs = 30_000;

/** The seats of a cluster, by id, as the server has them. */
export interface SeatQueue {
  /** Those that worker programs hold. */
  readonly held: readonly string[];
  /** Those that wait for a worker program, and that none has refused. */
  readonly waiting: readonly string[];
}

/** A seat of this client. */
export interface OwnSeat {
  readonly id: string;
  /** The name of its pool. */
  readonly pool: string;
  /** Since when a worker program holds it; `undefined` while it waits. */
  readonly takenAt: number | undefined;
  /** Since when its worker has no task; `undefined` while it has some, or is not ready. */
  readonly idleSince: number | undefined;
  /** Whether it is being given back. */
  readonly isLeaving: boolean;
}

/** What a client does for others that wait. */
export interface Shared<Seat extends OwnSeat> {
  /** Seats of pools that have nothing to do. A pool asks for others when it has tasks. */
  readonly idle: readonly Seat[];
  /** Seats that are given back after their running task; their pool asks for others at once. */
  readonly busy: readonly Seat[];
  /** Requests that go to the end of the queue, behind those of others. */
  readonly postponed: readonly Seat[];
}

/**
 * Decides which seats a client gives back to pools that wait.
 *
 * A pool without tasks gives its processors to any pool that waits. A client that holds more than an equal share gives
 * the rest to clients that hold less than one. When there are more clients than processors, they take turns.
 *
 * @param now the time, by `performance.now()`.
 */
export function shareSeats<Seat extends OwnSeat>(
  client: string,
  seats: readonly Seat[],
  queue: SeatQueue,
  now: number,
): Shared<Seat> {
  const idle = idleSeats(seats, queue, now);
  const busy = busySeats(client, seats, queue, now).filter((seat) => !idle.includes(seat));
  const postponed =
    busy.length === 0 ? [] : seats.filter(({ id, takenAt }) => takenAt === undefined && queue.waiting.includes(id));
  return { idle, busy, postponed: postponed.filter((seat) => !idle.includes(seat)) };
}

function idleSeats<Seat extends OwnSeat>(seats: readonly Seat[], { waiting }: SeatQueue, now: number): Seat[] {
  return [...new Set(seats.map(({ pool }) => pool))].flatMap((pool) => {
    const own = seats.filter((seat) => seat.pool === pool && !seat.isLeaving);
    const others = waiting.filter((id) => !seats.some((seat) => seat.id === id && seat.pool === pool));
    const idle = own.filter(({ idleSince }) => idleSince !== undefined && now - idleSince >= idleMs);
    if (idle.length === 0 || others.length === 0) return [];
    // A pool with an idle worker has no tasks that wait.
    return [...own.filter(({ takenAt }) => takenAt === undefined), ...idle.slice(0, others.length)];
  });
}

function busySeats<Seat extends OwnSeat>(
  client: string,
  seats: readonly Seat[],
  { held, waiting }: SeatQueue,
  now: number,
): Seat[] {
  const counts = new Map([...held, ...waiting].map((id) => [clientOf(id), 0]));
  for (const id of held) counts.set(clientOf(id), (counts.get(clientOf(id)) as number) + 1);
  const others = new Set(waiting.map(clientOf).filter((other) => other !== client));
  const leastHeld = Math.min(...[...others].map((other) => counts.get(other) as number));
  const own = seats.filter(({ takenAt }) => takenAt !== undefined);
  const staying = own
    .filter(({ isLeaving }) => !isLeaving)
    .sort((a, b) => (a.takenAt as number) - (b.takenAt as number));
  const share = Math.ceil(held.length / counts.size);
  if (staying.length > share && leastHeld < share) return staying.slice(0, staying.length - share);
  const [oldest] = staying;
  const isTurnOver = oldest !== undefined && now - (oldest.takenAt as number) >= turnMs;
  return leastHeld === 0 && isTurnOver && own.length === staying.length ? [oldest] : [];
}
