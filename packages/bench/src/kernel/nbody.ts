import { defineKernel, expectEqual, type Size } from "./kernel.ts";

/** Number of independent systems, steps of each, and the energy after them, to nine decimal places. */
const published: Record<Size, { systems: number; steps: number; energy: string }> = {
  tiny: { systems: 16, steps: 1000, energy: "-0.169087605" },
  small: { systems: 16, steps: 100_000, energy: "-0.169079859" },
  medium: { systems: 64, steps: 100_000, energy: "-0.169079859" },
  large: { systems: 320, steps: 100_000, energy: "-0.169079859" },
};

const startEnergy = "-0.169075164";
const sunMass = 4 * Math.PI ** 2;
const year = 365.24;

/**
 * Jupiter, Saturn, Uranus and Neptune. Position in astronomical units, velocity in astronomical units a day, mass in
 * solar masses.
 */
const planets: readonly (readonly number[])[] = [
  [
    4.841431442464721, -1.1603200440274284, -0.10362204447112311, 0.001660076642744037, 0.007699011184197404,
    -6.90460016972063e-5, 0.0009547919384243266,
  ],
  [
    8.34336671824458, 4.124798564124305, -0.4035234171143214, -0.00276742510726411, 0.00499852801234917,
    2.3041729757376393e-5, 0.0002858859806661308,
  ],
  [
    12.894369562139131, -15.111151401698631, -0.22330757889265573, 0.002964601375647616, 0.0023784717395948095,
    -2.9658956854023756e-5, 4.366244043351563e-5,
  ],
  [
    15.379697114850917, -25.919314609987964, 0.17925877295037118, 0.0026806777249038932, 0.001628241700382423,
    -9.515922545197159e-5, 5.1513890204661145e-5,
  ],
];

/**
 * A system in a flat typed array, so that V8 boxes no number.
 *
 * Shape: seven doubles a body, the sun first: x, y, z, the velocities along them in astronomical units a year, and
 * the mass.
 */
type System = Float64Array;
const stride = 7;

/** The five bodies. The velocity of the sun makes the total momentum zero. */
function solarSystem(): System {
  const system = new Float64Array(stride * (planets.length + 1));
  system[6] = sunMass;
  planets.forEach((planet, at) => {
    const [x = 0, y = 0, z = 0, vx = 0, vy = 0, vz = 0, mass = 0] = planet;
    system.set([x, y, z, vx * year, vy * year, vz * year, mass * sunMass], stride * (at + 1));
    [vx, vy, vz].forEach((speed, axis) => {
      system[3 + axis] = (system[3 + axis] as number) - speed * year * mass;
    });
  });
  return system;
}

function advance(system: System, step: number): void {
  for (let one = 0; one < system.length; one += stride) {
    for (let two = one + stride; two < system.length; two += stride) {
      const dx = (system[one] as number) - (system[two] as number);
      const dy = (system[one + 1] as number) - (system[two + 1] as number);
      const dz = (system[one + 2] as number) - (system[two + 2] as number);
      const square = dx * dx + dy * dy + dz * dz;
      const pull = step / (square * Math.sqrt(square));
      const pullOne = (system[two + 6] as number) * pull;
      const pullTwo = (system[one + 6] as number) * pull;
      system[one + 3] = (system[one + 3] as number) - dx * pullOne;
      system[one + 4] = (system[one + 4] as number) - dy * pullOne;
      system[one + 5] = (system[one + 5] as number) - dz * pullOne;
      system[two + 3] = (system[two + 3] as number) + dx * pullTwo;
      system[two + 4] = (system[two + 4] as number) + dy * pullTwo;
      system[two + 5] = (system[two + 5] as number) + dz * pullTwo;
    }
  }
  for (let body = 0; body < system.length; body += stride) {
    system[body] = (system[body] as number) + step * (system[body + 3] as number);
    system[body + 1] = (system[body + 1] as number) + step * (system[body + 4] as number);
    system[body + 2] = (system[body + 2] as number) + step * (system[body + 5] as number);
  }
}

function energy(system: System): number {
  const bodies = Array.from({ length: system.length / stride }, (_, at) => system.subarray(at * stride));
  let sum = 0;
  bodies.forEach(([x = 0, y = 0, z = 0, vx = 0, vy = 0, vz = 0, mass = 0], at) => {
    sum += 0.5 * mass * (vx ** 2 + vy ** 2 + vz ** 2);
    for (const [x2 = 0, y2 = 0, z2 = 0, , , , mass2 = 0] of bodies.slice(at + 1)) {
      sum -= (mass * mass2) / Math.hypot(x - x2, y - y2, z - z2);
    }
  });
  return sum;
}

/**
 * Planets around the sun, in many independent systems: floating point with long dependency chains and little memory.
 *
 * Source: The Computer Language Benchmarks Game, n-body; energies to nine decimal places.
 */
export const nbody = defineKernel<{ before: number; after: number }>({
  id: "nbody",
  title: "Planets, an ensemble",
  module: import.meta.url,
  bound: "compute",
  source: "The Computer Language Benchmarks Game, n-body",
  prepare(size) {
    const expected = published[size];
    return {
      chunks: expected.systems,
      run() {
        const system = solarSystem();
        const before = energy(system);
        for (let step = 0; step < expected.steps; step++) advance(system, 0.01);
        return { before, after: energy(system) };
      },
      check: (parts) =>
        parts
          .map(
            ({ before, after }) =>
              expectEqual("energy at the start", before.toFixed(9), startEnergy) ??
              expectEqual("energy at the end", after.toFixed(9), expected.energy),
          )
          .find((wrong) => wrong !== undefined),
    };
  },
});
