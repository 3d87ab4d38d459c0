/* SPDX-License-Identifier: MIT */
/* The program: from a command line to an exit code. */
#ifndef DEPLOY_QUEUECTL_QUEUECTL_H
#define DEPLOY_QUEUECTL_QUEUECTL_H

/*
 * Does what argv says, and returns the exit code (ending.h). What is no row of
 * a verb is printed here: help, completions, the man page, failures.
 */
int queuectl_main(int argc, char *const argv[]);

#endif
