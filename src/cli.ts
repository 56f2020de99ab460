#!/usr/bin/env node
// The entry of the command line.

// The command line.

import { runCommand } from './cli/program.js';

process.exitCode = await runCommand(process.argv.slice(2));
