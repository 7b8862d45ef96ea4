// What is loaded, by this file's URL, when a program that records a trace ends.
export { drawTrace } from "../observe/draw-trace.ts";
