#!/usr/bin/env node
/** The command line as a process. */
import { watchInterrupts } from './interrupt.ts';
import { runProgram } from './program.ts';
import { watchStreams } from './streams.ts';

watchInterrupts();
watchStreams();
await runProgram(process.argv);
