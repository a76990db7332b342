/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Where the daemon keeps what has to survive it. */

/* $STATE_DIRECTORY, else the built-in one; made when it is missing. That it cannot be made is logged, no
 * error. malloc'ed. */
int state_directory_find(char **ret);

/* Takes the directory for this process as long as *ret_fd is open (-1: nobody can write there anyway).
 * -EBUSY: another daemon has it, which was logged: two with one state would take each other's records for
 * their own. */
int state_directory_lock(const char *directory, int *ret_fd);
