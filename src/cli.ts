#!/usr/bin/env node
// The entry point of the command line.

import { runCommand } from './cli/program.js';

process.exitCode = await runCommand(process.argv.slice(2));
