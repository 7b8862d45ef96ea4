/** Terms of the reports with their definitions, by the name that heads and facts show. */
export const glossary: Readonly<Record<string, string>> = {
  "95 % interval":
    "The range that contains the true value in 95 of 100 runs: between two samples whose ranks follow from the binomial distribution. It needs six rounds.",
  "speed-up":
    "The time of the serial loop divided by the time with so many workers, from the call until all results are back: the median over the rounds.",
  efficiency: "The speed-up divided by the number of workers. 100 % means that every worker pays in full.",
  "of native": "The speed-up divided by that of C threads with even work in the same rounds: what the machine allows.",
  "Karp–Flatt":
    "The serial share that would explain the speed-up, (1/S − 1/p) / (1 − 1/p). It also contains overhead, so it is an upper bound.",
  "serial share":
    "The part of the work that does not divide among workers, as far as the speed-up shows it. It contains overhead.",
  "serial loop": "The same work in a plain loop on one thread, without a pool.",
  "pool tax": "How much longer one worker takes than the serial loop.",
  Amdahl: "S(p) = 1 / (σ + (1 − σ)/p): a part σ of the work does not divide, the rest divides evenly.",
  USL: "The Universal Scalability Law: Amdahl's law with a cost of each pair of workers.",
  prediction: "A number that was not measured: it follows from a law, with the interval of the law's fit.",
  blocked: "Time until the call returned; the caller can do nothing else until then.",
  started: "Time until the first instruction of the user's code in the child.",
  answer: "Time until the parent has the result of the child's first job.",
  gone: "Time until the child has exited and was reaped.",
  PSS: "Proportional set size: the growth of the whole process tree's memory per child; shared pages count once.",
  USS: "Unique set size: pages that only the child maps.",
  RSS: "Resident set size, as ps shows it: shared pages count again for each child.",
  L: "Latency: the time of an empty message, by the line t(n) = L + n/B.",
  B: "Bandwidth: the bytes per second by which larger messages take longer, by the same line.",
  "off by": "The largest distance of a measured size from that line.",
  "CPU here": "CPU time of the sending thread for the smallest message.",
  "CPU there": "CPU time of the far side's thread for the smallest message.",
  p90: "Nine of ten children were faster. Shown from ten children on.",
};
