/*
 * loader.h - fills the keyring from the sources named on the command line.
 */
#ifndef AGENTD_KEEPER_LOADER_H
#define AGENTD_KEEPER_LOADER_H

#include "agentd/keeper/keeper.h"
#include "agentd/keeper/keyring.h"

/*
 * Reads every key of config into ring, certificates and comments beside the files included, and
 * asks for passphrases. Says on the log what is wrong with each file that cannot be used, not only
 * with the first. Environment variables that were read are wiped before anyone is asked, so that
 * no SSH_ASKPASS program inherits them. 0, or the last negative errno.
 */
int loader_load(const struct keeper_config *config, struct keyring *ring);

#endif
