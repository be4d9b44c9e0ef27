/*
 * shim.h - one run of ssh-shim: find the daemon, link, serve the agent socket, run the command.
 */
#ifndef SHIM_SHIM_H
#define SHIM_SHIM_H

#include "shim/options.h"

/* Runs to the end; returns the exit status. */
int shim_run(const struct options *options);

#endif
