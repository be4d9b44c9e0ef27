/*
 * prompt.h - asks someone for a passphrase: on the terminal, or through SSH_ASKPASS.
 */
#ifndef AGENTD_KEEPER_PROMPT_H
#define AGENTD_KEEPER_PROMPT_H

#include "common/bytes.h"

/*
 * Asks question and appends the answer, without its line end, to out. Chooses between /dev/tty and
 * the SSH_ASKPASS program as ssh does (ssh(1), ENVIRONMENT: DISPLAY, SSH_ASKPASS,
 * SSH_ASKPASS_REQUIRE). Waits as long as it takes.
 *
 * 0; -ENOTTY: there is nobody to ask; -ECANCELED: who was asked declined; or a negative errno.
 * A signal that ends the process is taken only after the terminal's echo is on again.
 */
int prompt_passphrase(const char *question, struct byte_buf *out);

#endif
